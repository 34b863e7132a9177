using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Verifies a log of decisions.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create()
    {
        var log = new Argument<string>("LOG") { Description = "A file, or a folder with decisions.jsonl: the state folder, or the repository of a model." };
        var keys = new Option<string[]>("--key") { Description = "Public key, PEM, that signs the log; may be repeated. Without one, only the chain of hashes is verified.", AllowMultipleArgumentsPerToken = true };
        var unsigned = new Option<long?>("--max-unsigned") { Description = "With --key: the largest number of records after the last signature." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("verify", "Verifies that every record follows from the one before, and the signatures. Exit code 2: names the first line that is not as it was written.") { log, keys, unsigned, json, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            string path = result.GetValue(log)!;
            SigningOptions trusted = KeyFiles.ReadTrusted(result.GetValue(keys) ?? [], []);
            long? most = result.GetValue(unsigned);
            if (most is not null && trusted.Keys.Count == 0)
            {
                throw new UsageException("--max-unsigned needs --key.");
            }

            DecisionLogReport report = DecisionLogVerifier.Verify(path, trusted.Keys.Count > 0 ? trusted : null);
            string? fault = report.Fault ?? (report.Unsigned > most ? string.Create(CultureInfo.InvariantCulture, $"expected at most {most} records after the last signature, got {report.Unsigned}") : null);
            if (result.GetValue(json))
            {
                Write(report, fault);
            }
            else
            {
                Print(report, fault);
            }

            return Task.FromResult(fault is null ? ExitCodes.Done : ExitCodes.BoundNotMet);
        }));
        return command;
    }

    private static void Write(DecisionLogReport report, string? fault) => JsonOutput.Write(writer =>
    {
        writer.WriteBoolean("intact", fault is null);
        writer.WriteString("fault", fault);
        writer.WriteString("file", report.File);
        if (report.Line > 0)
        {
            writer.WriteNumber("line", report.Line);
        }
        else
        {
            writer.WriteNull("line");
        }

        writer.WriteNumber("records", report.Records);
        writer.WriteNumber("first", report.First);
        writer.WriteNumber("last", report.Last);
        writer.WriteString("model", report.Model);
        writer.WriteNumber("signatures", report.Signatures);
        writer.WriteBoolean("signaturesVerified", report.SignaturesVerified);
        writer.WriteNumber("signedTo", report.SignedTo);
        writer.WriteNumber("unsigned", report.Unsigned);
        writer.WriteNumber("tornBytes", report.TornBytes);
    });

    private static void Print(DecisionLogReport report, string? fault)
    {
        if (fault is not null)
        {
            string where = report.File is null ? "" : report.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{report.File}, line {report.Line}: ") : $"{report.File}: ";
            Console.Out.WriteLine($"broken: {where}{fault}");
        }

        string signatures = report.Signatures == 0 ? "no signatures"
            : string.Create(CultureInfo.InvariantCulture, $"{report.Signatures} signatures{(report.SignaturesVerified ? "" : " (not verified: pass --key)")} up to record {report.SignedTo}, {report.Unsigned} records after them");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(fault is null ? "intact" : "before it")}: {report.Records} records, {report.First} to {report.Last}; {signatures}"));
        if (report.TornBytes > 0)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"torn: the last line is incomplete ({report.TornBytes} bytes); its writer died before the decision was acknowledged"));
        }
    }
}
