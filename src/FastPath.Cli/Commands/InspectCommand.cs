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
        var command = new Command("inspect", "Read a serialized contract") { FileName };
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        string path = parse.GetValue(FileName)!;
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
        if (derived != seen.Key || derived.Code != seen.CodeHash)
        {
            throw new CommandException(
                ExitCode.CorruptData, $"{path}: the content has key {derived}, the file says {seen.Key}, at byte {file.Length - ContractKey.Length}");
        }

        Console.WriteLine(parse.GetValue(GlobalOptions.Json)
            ? new JsonObject
            {
                ["version"] = Document.Version,
                ["key"] = seen.Key.ToString(),
                ["code_hash"] = seen.CodeHash.ToString(),
                ["code_bytes"] = seen.CodeLength,
                ["params_bytes"] = seen.Parameters.Count,
                ["size_bytes"] = file.Length,
            }.ToJsonString()
            : $"key        {seen.Key}\ncode hash  {seen.CodeHash}\ncode       {seen.CodeLength} bytes\nparameters {seen.Parameters.Count} bytes\nfile       {file.Length} bytes");
    }

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
