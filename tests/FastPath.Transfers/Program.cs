using FastPath.Simulation.Transfers;

TransferCommand? command = TransferCommand.Parse(args);
if (command is not null)
{
    return command.Run(Console.Out);
}

Console.Error.WriteLine(
    """
    FastPath.Transfers --count N [--seed FIRST] [--workers W] [--table FILE]
    FastPath.Transfers --replay SEED
    """);
return 2;
