using System.Diagnostics;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>Copies a contract from the node's own store to a writer.</summary>
internal static class ContractCopy
{
    private const int BlockBytes = 64 * 1_024;

    public static GetReport Run(StoredContract entry, Func<ContractKey, IContractWriter> beginWrite, long started)
    {
        long firstByteAt = Stopwatch.GetTimestamp();
        using IContractWriter writer = beginWrite(entry.Key);
        Write(writer, new StoredPayload(entry).Container, entry.State, entry.StateVersion);
        writer.Commit();
        return new GetReport(entry.Key, 0, firstByteAt, started, Stopwatch.GetTimestamp());
    }

    /// <summary>Everything but the commit.</summary>
    public static void Write(IContractWriter writer, ContractContainer contract, IBody? state, ulong stateVersion)
    {
        byte[] parameters = new byte[contract.Parameters.Bytes.Length];
        contract.Parameters.Bytes.Read(0, parameters);
        writer.SetParameters(parameters);
        writer.BeginCode(contract.Code.Data.Length);
        Copy(contract.Code.Data, writer.WriteCode);
        writer.SetStateVersion(stateVersion);
        if (state is not null)
        {
            writer.BeginState(state.Length);
            Copy(state, writer.WriteState);
        }
    }

    private static void Copy(IBody body, Action<ReadOnlySpan<byte>> write)
    {
        byte[] block = new byte[BlockBytes];
        for (long offset = 0; offset < body.Length; offset += block.Length)
        {
            int count = (int)Math.Min(block.Length, body.Length - offset);
            body.Read(offset, block.AsSpan(0, count));
            write(block.AsSpan(0, count));
        }
    }
}
