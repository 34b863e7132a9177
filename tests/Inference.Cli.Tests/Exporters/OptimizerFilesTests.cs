using Inference.Cli.Tests.Conformance;
using Inference.Cli.Running;
using Inference.Cli.Verification;
using Inference.OnnxRuntime;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests.Exporters;

/// <summary>Files that ONNX Runtime's optimizer writes (extended level: its own operators, no machine's layout) of models and cases give the outputs that the models have.</summary>
public sealed class OptimizerFilesTests
{
    [ListedOnnxRuntimeFact]
    public void Verify_WhatIsWrittenOfTheStandardsNodeTests_PassesWhereTheCasesDo()
    {
        using var folder = new TemporaryFolder();
        HashSet<string> failing = [.. ExpectedFailures.Read("cpu").Names, .. ExpectedFailures.Read("onnxruntime").Names];
        ModelTest[] tests = [.. ModelTest.Find([TestData.Path("conformance", "node")]).Where(t => !failing.Contains(t.Name))];
        (int written, IEnumerable<string> wrong) = Differences(folder, tests);
        Assert.Empty(wrong);
        Assert.Equal(tests.Length, written);
    }

    [ListedOnnxRuntimeFact]
    public void Verify_WhatIsWrittenOfEveryRealModel_Passes()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<ModelTest> tests = ModelTest.Find([TestData.Path("models")]);
        (int written, IEnumerable<string> wrong) = Differences(folder, tests);
        Assert.Empty(wrong);
        Assert.Equal(tests.Count, written);
    }

    private static (int Written, IEnumerable<string> Wrong) Differences(TemporaryFolder folder, IReadOnlyCollection<ModelTest> tests)
    {
        int written = 0;
        var wrong = new List<string>();
        foreach (ModelTest test in tests)
        {
            string target = folder.File(test.Name);
            Directory.CreateDirectory(target);
            try
            {
                ModelLoader loader = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions
                {
                    GraphOptimization = GraphOptimizationLevel.Extended,
                    OptimizedModelPath = Path.Combine(target, "model.onnx"),
                    LogLevel = OnnxRuntimeLogLevel.Fatal,
                }));
                using IModelRunner writer = loader.LoadAsync(ModelSource.Directory(test.Folder), new ModelLoadOptions()).AsTask().GetAwaiter().GetResult();
            }
            catch (InferenceException)
            {
                // What ONNX Runtime does not load, such as cases of errors, it does not write.
                continue;
            }

            written++;
            foreach (string entry in Directory.GetFileSystemEntries(test.Folder).Where(e => Path.GetFileName(e) != "model.onnx"))
            {
                File.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(entry)), entry);
            }

            TestResult result = new ModelTest(target, test.Name).Run(Backends.Engine, new(), null, null, TimeSpan.FromMinutes(1));
            if (result.Status != "pass")
            {
                wrong.Add($"{result.Name}: {result.Status}: {result.Reason}");
            }

            Directory.Delete(target, recursive: true);
        }

        return (written, wrong);
    }
}
