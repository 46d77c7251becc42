namespace FastPath.Options;

/// <summary>Every option that a configuration can say, by its name: what it does to the options read so far.</summary>
/// <remarks>Handlers, the store and the logger are given in code alone; a test compares the table with the options.</remarks>
internal static class OptionTable
{
    public static readonly IReadOnlyDictionary<string, Func<FastPathOptions, OptionValue, FastPathOptions>> Entries =
        new Dictionary<string, Func<FastPathOptions, OptionValue, FastPathOptions>>(StringComparer.OrdinalIgnoreCase)
        {
            [nameof(FastPathOptions.AllowedPeers)] = (o, v) => o with { AllowedPeers = v.ToKeys() },
            [nameof(FastPathOptions.IsClient)] = (o, v) => o with { IsClient = v.ToSwitch() },
            [nameof(FastPathOptions.Streaming)] = (o, v) => o with { Streaming = v.ToChoice<FastPathStreaming>() },
            [nameof(FastPathOptions.StreamingPeers)] = (o, v) => o with { StreamingPeers = v.ToKeys() },
            [nameof(FastPathOptions.StreamingThresholdBytes)] = (o, v) => o with { StreamingThresholdBytes = v.ToSize() },
            [nameof(FastPathOptions.WholeMessageBytesMax)] = (o, v) => o with { WholeMessageBytesMax = v.ToSize() },
            [nameof(FastPathOptions.UpdateBytesMax)] = (o, v) => o with { UpdateBytesMax = v.ToSize() },
            [nameof(FastPathOptions.PipedForwarding)] = (o, v) => o with { PipedForwarding = v.ToSwitch() },
            [nameof(FastPathOptions.Cache)] = (o, v) => o with { Cache = v.ToSwitch() },
            [nameof(FastPathOptions.LaggardTimeout)] = (o, v) => o with { LaggardTimeout = v.ToTime() },
            [nameof(FastPathOptions.ContractForm)] = (o, v) => o with { ContractForm = v.ToChoice<Serialization.Contracts.ContractForm>() },
            [nameof(FastPathOptions.VerifiedGroups)] = (o, v) => o with { VerifiedGroups = v.ToSwitch() },
            [nameof(FastPathOptions.Verify)] = (o, v) => o with { Verify = v.ToSwitch() },
            [nameof(FastPathOptions.VerifyRelayed)] = (o, v) => o with { VerifyRelayed = v.ToSwitch() },
            [nameof(FastPathOptions.HopsToLive)] = (o, v) => o with { HopsToLive = v.ToInt() },
            [nameof(FastPathOptions.BufferBudgetBytes)] = (o, v) => o with { BufferBudgetBytes = v.ToSize() },
            [nameof(FastPathOptions.SendWindowBytes)] = (o, v) => o with { SendWindowBytes = v.ToSize() },
            [nameof(FastPathOptions.MessageBytesMax)] = (o, v) => o with { MessageBytesMax = (int)Math.Min(int.MaxValue, v.ToSize()) },
            [nameof(FastPathOptions.AcceptBacklog)] = (o, v) => o with { AcceptBacklog = v.ToInt() },
            [nameof(FastPathOptions.ProgressTimeout)] = (o, v) => o with { ProgressTimeout = v.ToTime() },
            [nameof(FastPathOptions.IdleTimeout)] = (o, v) => o with { IdleTimeout = v.ToTime() },
            [nameof(FastPathOptions.HandshakeTimeout)] = (o, v) => o with { HandshakeTimeout = v.ToTime() },
            [nameof(FastPathOptions.Retry)] = (o, v) => o with { Retry = ReadRetry(o.Retry, v) },
            [nameof(FastPathOptions.PartialFolder)] = (o, v) => o with { PartialFolder = v.ToText() },
            [nameof(FastPathOptions.PartialLifetime)] = (o, v) => o with { PartialLifetime = v.ToTime() },
            [nameof(FastPathOptions.OfferBytesMin)] = (o, v) => o with { OfferBytesMin = v.ToSize() },
            [nameof(FastPathOptions.Engine)] = (o, v) => o with { Engine = v.ToChoice<FastPathEngine>() },
            [nameof(FastPathOptions.BusyPolling)] = (o, v) => o with { BusyPolling = v.ToSwitch() },
            [nameof(FastPathOptions.Cipher)] = (o, v) => o with { Cipher = v.ToChoice<FastPathCipher>() },
            [nameof(FastPathOptions.Congestion)] = (o, v) => o with { Congestion = v.ToChoice<FastPathCongestion>() },
            [nameof(FastPathOptions.Mtu)] = (o, v) => o with { Mtu = v.ToIntOrAuto() },
            [nameof(FastPathOptions.RateLimitBytesPerSecond)] = (o, v) => o with { RateLimitBytesPerSecond = v.ToSize() },
            [nameof(FastPathOptions.PeerRateLimitBytesPerSecond)] = (o, v) => o with { PeerRateLimitBytesPerSecond = v.ToSize() },
            [nameof(FastPathOptions.UnsafeInlineContinuations)] = (o, v) => o with { UnsafeInlineContinuations = v.ToSwitch() },
        };

    private static RetryBudget ReadRetry(RetryBudget retry, OptionValue value)
    {
        OptionValue attempts = value.Of(nameof(RetryBudget.AttemptsWithoutProgress));
        OptionValue first = value.Of(nameof(RetryBudget.FirstPause));
        OptionValue longest = value.Of(nameof(RetryBudget.PauseMax));
        return new RetryBudget
        {
            AttemptsWithoutProgress = attempts.IsThere ? attempts.ToInt() : retry.AttemptsWithoutProgress,
            FirstPause = first.IsThere ? first.ToTime() : retry.FirstPause,
            PauseMax = longest.IsThere ? longest.ToTime() : retry.PauseMax,
        };
    }
}
