using System.CommandLine;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath inspect</c>: reads a serialized contract; prints key, code hash and sizes, or what is wrong and where.</summary>
internal static class InspectCommand
{
    private const int BlockBytes = 256 * 1_024;

    private static readonly Argument<string> FileName = new("file") { Description = "A file that pack wrote" };

    public static Command Create()
    {
        var command = new Command("inspect", "Read a serialized contract") { FileName, ContractFormat.Option };
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        string path = parse.GetValue(FileName)!;
        string format = parse.GetValue(ContractFormat.Option)!;
        Description found = format == "bincode"
            ? await ReadBincodeAsync(path, cancellationToken).ConfigureAwait(false)
            : Describe(path, ContractFormat.ReadArchive(
                format, path, await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)));
        Console.WriteLine(parse.GetValue(GlobalOptions.Json)
            ? new JsonObject
            {
                ["version"] = Document.Version,
                ["format"] = format,
                ["key"] = found.Key.ToString(),
                ["code_hash"] = found.Key.Code.ToString(),
                ["code_bytes"] = found.CodeBytes,
                ["params_bytes"] = found.ParametersBytes,
                ["size_bytes"] = found.FileBytes,
            }.ToJsonString()
            : $"key        {found.Key}\ncode hash  {found.Key.Code}\ncode       {found.CodeBytes} bytes\n"
                + $"parameters {found.ParametersBytes} bytes\nfile       {found.FileBytes} bytes, {format}");
    }

    private static async Task<Description> ReadBincodeAsync(string path, CancellationToken cancellationToken)
    {
        var seen = new Contents();
        await using FileStream file = File.OpenRead(path);
        StreamingDeserializer parser = ContractContainer.StartDeserialize(
            seen, DecodeLimits.Default with { RejectTrailingBytes = true }, file.Length);
        byte[] block = new byte[BlockBytes];
        for (int count; (count = await file.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            parser.Push(block.AsSpan(0, count));
        }

        if (parser.Finish() == DecodeStatus.Malformed)
        {
            throw new CommandException(
                ExitCode.CorruptData, $"{path}: no contract: {parser.Error.Kind} at byte {parser.Error.Offset}");
        }

        ContractKey derived = seen.DerivedKey();
        return derived == seen.Key && derived.Code == seen.CodeHash
            ? new Description(seen.Key, seen.CodeLength, seen.Parameters.Count, file.Length)
            : throw WrongKey(path, derived, seen.Key, file.Length - ContractKey.Length);
    }

    private static Description Describe(string path, ContractContainer contract)
    {
        ContractContainer derived = ContractContainer.FromCode(contract.Code.Data, contract.Parameters.Bytes);
        return derived.Key == contract.Key && derived.Code.Hash == contract.Code.Hash
            ? new Description(
                contract.Key, contract.Code.Data.Length, contract.Parameters.Bytes.Length, new FileInfo(path).Length)
            : throw WrongKey(path, derived.Key, contract.Key, 0);
    }

    private static CommandException WrongKey(string path, ContractKey derived, ContractKey claimed, long at) => new(
        ExitCode.CorruptData, $"{path}: the content has key {derived}, the file says {claimed}, in what begins at byte {at}");

    private sealed record Description(ContractKey Key, long CodeBytes, long ParametersBytes, long FileBytes);

    private sealed class Contents : IContractSink
    {
        private readonly Blake3Hasher _hasher = new();

        public long CodeLength { get; private set; }

        public CodeHash CodeHash { get; private set; }

        public ContractKey Key { get; private set; }

        public List<byte> Parameters { get; } = [];

        public ContractKey DerivedKey()
        {
            Span<byte> hash = stackalloc byte[CodeHash.Length];
            _hasher.Finish(hash);
            return ContractKey.Derive(CodeHash.Read(hash), new MemoryBody(Parameters.ToArray()));
        }

        void IContractSink.OnCodeStart(long length) => CodeLength = length;

        void IContractSink.OnCode(ReadOnlySpan<byte> piece) => _hasher.Update(piece);

        void IContractSink.OnCodeHash(CodeHash hash) => CodeHash = hash;

        void IContractSink.OnParameters(ReadOnlySpan<byte> piece) => Parameters.AddRange(piece);

        void IContractSink.OnContainerKey(ContractKey key) => Key = key;
    }
}
