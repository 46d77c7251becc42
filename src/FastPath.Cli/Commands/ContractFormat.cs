using System.CommandLine;
using FastPath.Cli.Parsing;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Cli.Commands;

/// <summary>The forms that pack writes and inspect reads.</summary>
internal static class ContractFormat
{
    public static readonly Option<string> Option = new("--format")
    {
        Description = "bincode, flatbuffers, archived or (reading only) rkyv",
        DefaultValueFactory = _ => "bincode",
    };

    public static StreamingSerializer Write(string format, ContractContainer contract) => format switch
    {
        "bincode" => contract.StartSerialize(),
        "archived" => new ArchivedContract(contract).StartSerialize(),
        "flatbuffers" => FlatContractWriter.Start(contract),
        "rkyv" => throw new CommandException(ExitCode.Usage, "--format rkyv: such archives are read, not written"),
        _ => throw Unknown(format),
    };

    /// <summary>Reads an archive that is mapped or loaded as a whole.</summary>
    /// <exception cref="CommandException">CorruptData, with the byte.</exception>
    public static ContractContainer ReadArchive(string format, string path, ReadOnlyMemory<byte> archive)
    {
        ContractContainer? contract = null;
        ArchiveError error = default;
        bool read = format switch
        {
            "flatbuffers" => FlatContractView.TryRead(archive, out contract, out error),
            "rkyv" => RkyvContractView.TryRead(archive, RkyvLayout.Declared, out contract, out error),
            "archived" => TryReadArchived(archive, out contract, out error),
            _ => throw Unknown(format),
        };
        return read && contract is not null
            ? contract
            : throw new CommandException(ExitCode.CorruptData, $"{path}: no contract: {error.Kind} at byte {error.Offset}");
    }

    public static CommandException Unknown(string format) => new(
        ExitCode.Usage, $"--format '{format}': expected bincode, flatbuffers, rkyv or archived");

    private static bool TryReadArchived(
        ReadOnlyMemory<byte> archive, out ContractContainer? contract, out ArchiveError error)
    {
        bool read = ArchivedContract.TryRead(archive, out ArchivedContract? value, out error);
        contract = value?.Contract;
        return read;
    }
}
