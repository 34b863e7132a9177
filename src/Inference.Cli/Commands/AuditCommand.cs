using System.CommandLine;

namespace Inference.Cli.Commands;

/// <summary>The commands of audits.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Verifies the logs of decisions about versions.") { AuditVerifyCommand.Create() };
}
