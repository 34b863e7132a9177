using Inference.OnnxRuntime;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests.Conformance;

/// <summary>A fact about the version of ONNX Runtime that <c>onnxruntime.tsv</c> lists, on the standard's cases; skipped without them and on other versions.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ListedOnnxRuntimeFactAttribute : FactAttribute
{
    public ListedOnnxRuntimeFactAttribute() => Skip = TestData.SkipReason("conformance/node") ?? NativeOnnxRuntime.SkipReason ?? OtherVersion();

    private static string? OtherVersion()
    {
        string title = ExpectedFailures.Read("onnxruntime").Title;
        string version = OnnxRuntimeLibrary.Load().Version;
        return title.Contains($"ONNX Runtime {version} ", StringComparison.Ordinal) ? null : $"ONNX Runtime is {version}, not what the list says: {title}";
    }
}
