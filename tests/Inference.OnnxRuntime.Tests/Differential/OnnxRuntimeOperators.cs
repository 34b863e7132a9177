using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>The operators of ONNX Runtime's CPU provider, from eng/onnxruntime-operators.tsv.</summary>
internal static class OnnxRuntimeOperators
{
    /// <summary>Domain, operator, versions with a comma between, types of the first input.</summary>
    public static IEnumerable<string[]> Rows => Table("onnxruntime-operators.tsv");

    /// <summary>The domains and names of those that run here, wholly or in part.</summary>
    public static IEnumerable<(string Domain, string OpType)> Run =>
        Rows.Select(static row => (row[0], row[1])).Except(Table("onnxruntime-notes.tsv").Where(static row => row[2] == "refused").Select(static row => (row[0], row[1])));

    private static IEnumerable<string[]> Table(string name) =>
        File.ReadLines(Path.Combine(TestData.RepositoryRoot!, "eng", name)).Where(static line => line.Length > 0 && !line.StartsWith('#')).Select(static line => line.Split('\t'));
}
