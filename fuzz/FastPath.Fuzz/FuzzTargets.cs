using FastPath.Fuzz.Targets;

namespace FastPath.Fuzz;

/// <summary>All targets. One instance serves one thread.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> Create() =>
    [
        new FrameReaderTarget(),
        new AckFrameTarget(),
        new TlvListTarget(),
        new PacketHeaderTarget(),
        new HandshakePayloadTarget(),
        new HandshakeInitiationTarget(),
        new HandshakeResponseTarget(),
        new SealedOfferTarget(),
        new SealedAnswerTarget(),
        new ConnectionTarget(),
        new ContractTypesTarget(),
        new StreamingPayloadTarget(),
        new NetMessageTarget(),
        new ArchiveTarget(),
        new ForeignMessageTarget(),
        new ForeignPacketTarget(),
        new OperationMessageTarget(),
        new StoreHeaderTarget(),
        new GroupGateTarget(),
        new OldConnectionTarget(),
    ];
}
