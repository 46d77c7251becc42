using System.CommandLine;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Identities;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath keygen --out FILE</c>: writes an identity, prints its public key.</summary>
internal static class KeygenCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The new identity file (owner-only)",
        Required = true,
    };

    public static Command Create()
    {
        var command = new Command("keygen", "Write a node identity and print its public key") { Out };
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, _ =>
        {
            NodeIdentity identity = NodeIdentity.Create();
            identity.Save(parse.GetValue(Out)!);
            Console.WriteLine(parse.GetValue(GlobalOptions.Json)
                ? new JsonObject { ["public_key"] = identity.PublicKeyText }.ToJsonString()
                : identity.PublicKeyText);
            return Task.CompletedTask;
        }, token));
        return command;
    }
}
