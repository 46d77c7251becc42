namespace FastPath;

/// <summary>Which of the answers it is.</summary>
internal enum OfferAnswerKind
{
    Accepted,
    Declined,
    Held,
}
