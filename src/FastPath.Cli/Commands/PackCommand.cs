using System.CommandLine;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath pack</c>: writes a serialized contract.</summary>
internal static class PackCommand
{
    public static readonly Option<string> Code = new("--code") { Description = "File with the code", Required = true };
    public static readonly Option<string?> Parameters = new("--params") { Description = "File with the parameters; none without it" };

    private const int BlockBytes = 256 * 1_024;
    private const long ParametersMax = 64 * 1_024;

    private static readonly Option<string> Out = new("--out") { Description = "File to write", Required = true };

    public static Command Create()
    {
        var command = new Command("pack", "Write a serialized contract") { Code, Parameters, Out, ContractFormat.Option };
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    public static IBody ReadParameters(ParseResult parse)
    {
        if (parse.GetValue(Parameters) is not { } path)
        {
            return MemoryBody.Empty;
        }

        long length = new FileInfo(path).Length;
        return length <= ParametersMax
            ? new MemoryBody(File.ReadAllBytes(path))
            : throw new CommandException(ExitCode.Usage, $"--params {path}: {length} bytes, at most {ParametersMax} are taken");
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using SafeFileHandle code = File.OpenHandle(parse.GetValue(Code)!);
        ContractContainer contract = ContractContainer.FromCode(
            new FileBody(code, 0, RandomAccess.GetLength(code)), ReadParameters(parse));
        StreamingSerializer serializer = ContractFormat.Write(parse.GetValue(ContractFormat.Option)!, contract);
        await using (FileStream file = File.Create(parse.GetValue(Out)!))
        {
            byte[] block = new byte[BlockBytes];
            for (int count; (count = serializer.Read(block)) > 0;)
            {
                await file.WriteAsync(block.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }

        Console.WriteLine(parse.GetValue(GlobalOptions.Json)
            ? new JsonObject
            {
                ["version"] = Document.Version,
                ["key"] = contract.Key.ToString(),
                ["code_hash"] = contract.Key.Code.ToString(),
                ["size_bytes"] = serializer.Length,
            }.ToJsonString()
            : $"{contract.Key}: {Sizes.Format(serializer.Length)}");
    }
}
