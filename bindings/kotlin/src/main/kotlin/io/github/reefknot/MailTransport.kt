package io.github.reefknot

/** A [Transport] for an app that knows no organisations to talk to directly: all it has to do is send mail. */
public abstract class MailTransport : Transport {
    override fun peer(message: Message, peer: String, now: Timestamp): Attempt =
        Attempt.Refused(ScheduleStatus.NO_ROUTE, "this app has no way to $peer")

    override fun ask(question: BusyQuestion, peer: String, now: Timestamp): PeerAnswer =
        PeerAnswer.Refused(ScheduleStatus.NO_ROUTE, "this app has no way to $peer")
}
