using System.CommandLine;
using Inference.Cli.Running;
using Inference.Diagnostics;
using Inference.Images;
using Inference.Scanning;

namespace Inference.Cli.Commands;

/// <summary>Looks for what may harm a program that loads a model.</summary>
internal static class ScanCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var hardLinks = new Option<bool>("--allow-hard-links") { Description = "Accept external data that has other names by hard links." };
        Option<bool> verbose = CommandRunner.Verbose();
        var json = new Option<bool>("--json") { Description = "Print JSON, which is the default." };
        var command = new Command("scan", "Looks for hostile content: paths, links, sizes that do not match, expansion, loops without end, custom operators. Prints JSON; exit code 2 if there is a finding. Loading rejects what is fatal.") { model, hardLinks, json, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            var options = new ModelLoadOptions { Images = new ManagedImageDecoder(), Keys = KeyFile.Provider };
            options.Limits.AllowHardLinks = result.GetValue(hardLinks);
            string path = result.GetValue(model)!;
            ScanReport report = ModelScanner.Scan(ModelSource.File(path), options);
            JsonOutput.Write(writer =>
            {
                writer.WriteString("model", path);
                writer.WriteNumber("fatal", report.Findings.Count(static f => f.Severity == ScanSeverity.Fatal));
                writer.WriteNumber("warnings", report.Findings.Count(static f => f.Severity == ScanSeverity.Warning));
                writer.WriteArray("findings", report.Findings, finding =>
                {
                    writer.WriteString("rule", finding.Rule);
                    writer.WriteString("severity", finding.Severity == ScanSeverity.Fatal ? "fatal" : "warning");
                    writer.WriteString("where", finding.Where);
                    writer.WriteString("message", finding.Message);
                });
            });
            return Task.FromResult(report.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.BoundNotMet);
        }));
        return command;
    }
}
