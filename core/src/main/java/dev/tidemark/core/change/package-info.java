/**
 * Jobs that change the state: a checkpoint restored into new tables (rules R1 to R3), a new or changed view filled from
 * the archive while events keep arriving (B1, B2), quarantined records folded after their repair (Q1).
 *
 * <pre>
 * restore:  LOAD: rows and items of the checkpoint ─► REPLAY: the archive behind it ─► LIVE
 * backfill: control row: BACKFILLING ─► every lane row: activation ─► plan ─► per lane, records up to there: archive ─► the
 *           same fold, lane bf#… ─► noted done ─► all done: READY; flip: READY ─► ACTIVE, the old version ACTIVE ─► READY
 * redrive:  read all manifests ─► finish the open ones ─► decide ─► append a manifest ─► fold it ─► note it done
 * </pre>
 */
@NullMarked
package dev.tidemark.core.change;

import org.jspecify.annotations.NullMarked;
