using System.CommandLine;

namespace Inference.Cli.Commands;

/// <summary>Lists all commands.</summary>
internal static class CommandTable
{
    public static RootCommand Create() => new("Runs, verifies, measures and optimizes ONNX models in pure C#.")
    {
        AuditCommand.Create(),
        BenchCommand.Create(),
        CompareCommand.Create(),
        DistillCommand.Create(),
        ExplainCommand.Create(),
        FactorizeCommand.Create(),
        InspectCommand.Create(),
        KernelsCommand.Create(),
        LoadCommand.Create(),
        MonitorCommand.Create(),
        OptimizeCommand.Create(),
        ProfileCommand.Create(),
        PruneCommand.Create(),
        QuantizeCommand.Create(),
        RunCommand.Create(),
        ScoreCommand.Create(),
        ServeCommand.Create(),
        SignCommand.Create(),
        VerifyCommand.Create(),
        VerifySignatureCommand.Create(),
    };
}
