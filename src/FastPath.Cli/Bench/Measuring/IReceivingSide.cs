namespace FastPath.Cli.Bench.Measuring;

/// <summary>Who takes what is sent: in this process or in another one. One run at a time: expect, send, then ask for the receipt.</summary>
internal interface IReceivingSide : IAsyncDisposable
{
    /// <summary>The nodes that take streams, each as many.</summary>
    IReadOnlyList<PeerEndpoint> Addresses { get; }

    /// <summary>Whether its usage is that of a process of its own.</summary>
    bool IsOwnProcess { get; }

    /// <summary>Gets ready for streams of so many bytes together.</summary>
    Task ExpectStreamsAsync(int streams, long bytes, CancellationToken cancellationToken);

    /// <summary>Gets ready for one TCP connection.</summary>
    /// <returns>The port on loopback.</returns>
    Task<int> ExpectSocketAsync(bool isSecure, long bytes, CancellationToken cancellationToken);

    Task<Receipt> TakeReceiptAsync(CancellationToken cancellationToken);
}
