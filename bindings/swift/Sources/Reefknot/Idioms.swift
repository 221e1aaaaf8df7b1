import Foundation

/// An app that knows no organisations to talk to directly has only `mail` to write.
public extension Transport {
    func peer(message: Message, peer: String, now: Timestamp) throws -> Attempt {
        .refused(status: .noRoute, why: "this app has no way to \(peer)")
    }

    func ask(question: BusyQuestion, peer: String, now: Timestamp) throws -> PeerAnswer {
        .refused(status: .noRoute, why: "this app has no way to \(peer)")
    }
}

/// The text is for people: `error.localizedDescription` can be shown.
extension ReefknotError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .Syntax(let message), .Limit(let message), .Invalid(let message), .Conflict(let message),
            .Host(let message):
            return message
        }
    }
}

extension HostError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .Conflict: return "somebody else committed meanwhile"
        case .Unknown: return "there is nothing with that number"
        case .Failed(let reason): return reason
        }
    }
}
