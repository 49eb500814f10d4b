/**
 * A new or changed view goes live while events keep coming (rules B1 and B2 of docs/protocol.md).
 *
 * <pre>
 * start:  control row: BACKFILLING ─► every lane row: act ─► plan
 * run:    per lane, records up to act: archive ─► the same fold, lane bf#… ─► noted done ─► all done: READY
 * flip:   READY ─► ACTIVE, the old version ACTIVE ─► READY; rollback is the reverse; finish retires the old version
 * </pre>
 */
@NullMarked
package dev.tidemark.core.backfill;

import org.jspecify.annotations.NullMarked;
