using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Cli.Verification;

namespace Inference.Cli.Commands;

/// <summary>Runs models on stored inputs and compares the results with stored outputs.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("DIR") { Description = "Folders that contain, at any depth, model.onnx with test_data_set_* folders.", Arity = ArgumentArity.OneOrMore };
        var backend = new Option<string>("--backend") { Description = "Provider to use: cpu or onnxruntime.", DefaultValueFactory = _ => "cpu" };
        var rtol = new Option<double?>("--rtol") { Description = "Relative tolerance; overrides meta.json. Default: 1e-3." };
        var atol = new Option<double?>("--atol") { Description = "Absolute tolerance; overrides meta.json. Default: 1e-6." };
        var timeout = new Option<double>("--timeout") { Description = "Maximum duration of a test, in seconds.", DefaultValueFactory = _ => 60 };
        var threads = new Option<int>("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var isolate = new Option<bool>("--isolate") { Description = "Run each test in its own process, so that a crash fails only that test." };
        var list = new Option<bool>("--list") { Description = "Print the names of the tests and stop." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("verify", "Runs models on stored inputs and compares the results with stored outputs.") { folders, backend, rtol, atol, timeout, threads, json, isolate, list, library, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            IReadOnlyList<ModelTest> tests = ModelTest.Find(result.GetValue(folders)!);
            if (result.GetValue(list))
            {
                foreach (ModelTest test in tests)
                {
                    Console.WriteLine(test.Name);
                }

                return ExitCodes.Done;
            }

            IModelLoader loader = Backends.Loader(result.GetValue(backend)!, result.GetValue(library));
            var options = new ModelLoadOptions { Threads = result.GetValue(threads) };
            var results = new List<TestResult>(tests.Count);
            bool lines = !result.GetValue(json);
            foreach (ModelTest test in tests)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!lines || Console.IsOutputRedirected)
                {
                    // Where the lines go to a terminal they are progress enough, and would be mixed with it.
                    progress.Show($"{results.Count} of {tests.Count}: {test.Name}", (double)results.Count / tests.Count);
                }

                var limit = TimeSpan.FromSeconds(result.GetValue(timeout));
                TestResult outcome = result.GetValue(isolate)
                    ? await IsolatedTest.RunAsync(test, PassedOn(result), limit, cancellation).ConfigureAwait(false)
                    : test.Run(loader, options, result.GetValue(rtol), result.GetValue(atol), limit);
                results.Add(outcome);
                if (lines)
                {
                    Console.WriteLine(outcome.Status == "pass" ? $"PASS {outcome.Name}" : $"{outcome.Status.ToUpperInvariant()} {outcome.Name}: {outcome.Reason}");
                }
            }

            progress.End();
            return Report(results, !lines);
        }));
        return command;

        List<string> PassedOn(ParseResult result)
        {
            List<string> arguments = ["--backend", result.GetValue(backend)!, "--timeout", Text(result.GetValue(timeout)), "--threads", Text(result.GetValue(threads))];
            Add("--rtol", result.GetValue(rtol) is { } relative ? Text(relative) : null);
            Add("--atol", result.GetValue(atol) is { } absolute ? Text(absolute) : null);
            Add(library.Name, result.GetValue(library));
            return arguments;

            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    arguments.AddRange([name, value]);
                }
            }
        }
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

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
