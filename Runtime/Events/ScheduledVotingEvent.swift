/// What a schedule of a voting sends to the function it calls.
///
/// The schedule may be an old one, or come twice: whoever gets it reads the voting, and does nothing if
/// ``scheduleVersion`` is not the voting's any more.
package struct ScheduledVotingEvent: Codable, Hashable, Sendable {
    package var votingID: String
    package var scheduleVersion: Int

    package init(votingID: String, scheduleVersion: Int) {
        self.votingID = votingID
        self.scheduleVersion = scheduleVersion
    }
}
