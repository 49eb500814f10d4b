package dev.tidemark.simulation.model;

/** The rules of the head item in docs/protocol.md, each with what an implementation without it does. */
enum HeadRule {
    U1_EVENT_BY_EVENT("what spills is computed once for the batch, after its last event"),
    U2_SPILLS("what spills is decided on a cached head"),
    U2_LATE("what is late is decided on a cached head"),
    U3_BELOW_FIRST("the head is put before the items below have what it no longer holds"),
    U3_ALL_AGAIN("after the head's put met another head, nothing but the head is decided again from it"),
    U4_AGAIN("a query does not read the items below again after a spill"),
    U4_OPEN("a query counts every tile of the head, whatever the item's open says"),
    U4_OWN_LANE("a query cuts every lane's head at the greatest open of all lanes"),
    U4_NO_ROW("a query takes a lane without a row for one that is done"),
    U5_RESET("a head whose tiles are all useless is folded on until the store deletes it"),
    U5_EXPIRY("a head is deleted while its events may be delivered again"),
    U6_AGAIN("a checkpoint does not read the items below again after the head"),
    U6_LATE("a head's below is only set by spills, not by late events"),
    U6_RESET("a head that was emptied forgets that it sent something below"),
    T3_BEFORE_HEAD("tiles are put before it is known which events count");

    private final String without;

    HeadRule(String without) {
        this.without = without;
    }

    /** What happens in an implementation that breaks the rule. */
    String without() {
        return without;
    }
}
