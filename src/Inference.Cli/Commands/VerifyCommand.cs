using System.CommandLine;
using System.Text.Json;
using Inference.Cli.Verification;

namespace Inference.Cli.Commands;

/// <summary>Runs models on stored inputs and compares with stored outputs.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("DIR") { Description = "Folders with model.onnx and test_data_set_* in or below them.", Arity = ArgumentArity.OneOrMore };
        var backend = new Option<string>("--backend") { Description = "Provider to run on: cpu or onnxruntime.", DefaultValueFactory = _ => "cpu" };
        var rtol = new Option<double?>("--rtol") { Description = "Relative tolerance; wins over meta.json. Default 1e-3." };
        var atol = new Option<double?>("--atol") { Description = "Absolute tolerance; wins over meta.json. Default 1e-6." };
        var timeout = new Option<double>("--timeout") { Description = "Seconds a test may take.", DefaultValueFactory = _ => 60 };
        var threads = new Option<int>("--threads") { Description = "Threads a run may use; 0: one for each processor." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of lines." };
        var list = new Option<bool>("--list") { Description = "Print the names of the tests and stop." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("verify", "Runs models on stored inputs and compares with stored outputs.") { folders, backend, rtol, atol, timeout, threads, json, list, library, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            IReadOnlyList<ModelTest> tests = ModelTest.Find(result.GetValue(folders)!);
            if (result.GetValue(list))
            {
                foreach (ModelTest test in tests)
                {
                    Console.WriteLine(test.Name);
                }

                return Task.FromResult(ExitCodes.Done);
            }

            IModelLoader loader = Backends.Loader(result.GetValue(backend)!, result.GetValue(library));
            var options = new ModelLoadOptions { Threads = result.GetValue(threads) };
            var results = new List<TestResult>(tests.Count);
            foreach (ModelTest test in tests)
            {
                cancellation.ThrowIfCancellationRequested();
                TestResult outcome = test.Run(loader, options, result.GetValue(rtol), result.GetValue(atol), TimeSpan.FromSeconds(result.GetValue(timeout)));
                results.Add(outcome);
                if (!result.GetValue(json))
                {
                    Console.WriteLine(outcome.Status == "pass" ? $"PASS {outcome.Name}" : $"{outcome.Status.ToUpperInvariant()} {outcome.Name}: {outcome.Reason}");
                }
            }

            return Task.FromResult(Report(results, result.GetValue(json)));
        }));
        return command;
    }

    private static int Report(List<TestResult> results, bool json)
    {
        int passed = results.Count(r => r.Status == "pass");
        int failed = results.Count - passed;
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteNumber("passed", passed);
                writer.WriteNumber("failed", failed);
                writer.WriteArray("tests", results, result =>
                {
                    writer.WriteString("name", result.Name);
                    writer.WriteString("status", result.Status);
                    writer.WriteString("reason", result.Reason);
                    writer.WriteNumber("ms", result.Milliseconds);
                });
            });
        }
        else
        {
            Console.WriteLine($"{passed} passed, {failed} failed");
        }

        return failed == 0 && results.Count > 0 ? ExitCodes.Done : ExitCodes.Failed;
    }
}
