using FastPath.Protocol.Streams;

namespace FastPath;

/// <summary>The answer to an <see cref="IncomingOffer"/>.</summary>
public readonly record struct OfferAnswer
{
    private OfferAnswer(OfferAnswerKind kind, long from, StreamErrorCode code)
    {
        Kind = kind;
        From = from;
        Code = code;
    }

    /// <summary>Nothing is missing: no byte is sent.</summary>
    public static OfferAnswer Held => new(OfferAnswerKind.Held, 0, StreamErrorCode.None);

    /// <summary>It is not wanted.</summary>
    public static OfferAnswer Declined => new(OfferAnswerKind.Declined, 0, StreamErrorCode.Cancelled);

    /// <summary>It is larger than what is taken, now or ever.</summary>
    public static OfferAnswer TooLarge => new(OfferAnswerKind.Declined, 0, StreamErrorCode.TooLarge);

    internal OfferAnswerKind Kind { get; }

    internal long From { get; }

    internal StreamErrorCode Code { get; }

    /// <summary>It is wanted.</summary>
    /// <param name="from">The first byte that is missing: 0 to the offered length.</param>
    public static OfferAnswer Accept(long from = 0) => new(OfferAnswerKind.Accepted, from, StreamErrorCode.None);
}
