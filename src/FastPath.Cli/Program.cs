using System.CommandLine;
using FastPath.Cli;
using FastPath.Cli.Commands;

var root = new RootCommand("FastPath: large blobs between nodes, through relays, over encrypted UDP")
{
    GlobalOptions.Json,
    GlobalOptions.Verbose,
    BenchCommand.Create(),
    DemoCommand.Create(),
    KeygenCommand.Create(),
    NodeCommand.Create(),
    PutCommand.Create(),
    GetCommand.Create(),
    PackCommand.Create(),
    InspectCommand.Create(),
    PingCommand.Create(),
};
ParseResult parse = root.Parse(args);
int exitCode = await parse.InvokeAsync().ConfigureAwait(false);
return parse.Errors.Count > 0 ? (int)ExitCode.Usage : exitCode;
