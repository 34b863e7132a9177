using System.CommandLine;
using Inference.Cli.Running;

namespace Inference.Cli.Commands;

/// <summary>Lists all commands.</summary>
internal static class CommandTable
{
    public static RootCommand Create() => new("Runs, verifies, measures and optimizes ONNX models in pure C#.")
    {
        KeyFile.Option,
        AuditCommand.Create(),
        BenchCommand.Create(),
        CheckCommand.Create(),
        CompareCommand.Create(),
        DecryptCommand.Create(),
        DistillCommand.Create(),
        EncryptCommand.Create(),
        ExplainCommand.Create(),
        FactorizeCommand.Create(),
        InspectCommand.Create(),
        KernelsCommand.Create(),
        LabelCommand.Create(),
        LoadCommand.Create(),
        MonitorCommand.Create(),
        OptimizeCommand.Create(),
        ProfileCommand.Create(),
        PromoteCommand.Create(),
        PruneCommand.Create(),
        SparsifyCommand.Create(),
        PublishCommand.Create(),
        QuantizeCommand.Create(),
        RekeyCommand.Create(),
        RollbackCommand.Create(),
        RunCommand.Create(),
        ScanCommand.Create(),
        ScoreCommand.Create(),
        ServeCommand.Create(),
        SignCommand.Create(),
        VerifyCommand.Create(),
        VerifySignatureCommand.Create(),
        VersionsCommand.Create(),
    };
}
