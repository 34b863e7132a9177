using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Rewriting.Facts;
using Inference.Scanning;

namespace Inference.Diagnostics;

/// <summary>
/// Looks for what may harm a program that loads a model file: paths that leave its folder, sizes that do not match, small files that become large values, loops without end, custom operators. Nothing of the
/// model is run. Thread-safe.
/// </summary>
public static class ModelScanner
{
    // Importing the largest models that are accepted takes seconds.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>Scans a model file with its external data.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">The limits, and the keys of encrypted models; null for the defaults.</param>
    /// <returns>The findings; loading with the same options rejects the model if one is fatal.</returns>
    /// <exception cref="ModelLoadException">The file does not exist, cannot be read, or cannot be decrypted for want of a key.</exception>
    public static ScanReport Scan(ModelSource source, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new();
        var findings = new FindingList(stops: false);
        OnnxModel file;
        try
        {
            file = ModelLoader.ReadFile(source, options);
        }
        catch (ModelLoadException exception) when (exception.InnerException is OnnxFormatException)
        {
            findings.Fatal("format", "", exception.InnerException.Message);
            return new(findings.Findings);
        }

        using (file)
        {
            TensorRules.Check(file, findings);
            OperatorTable table = StandardOperators.Table.With(options.Images);
            GraphRules.Check(file, options.Limits, table, findings);
            var report = new ScanReport(findings.Findings);
            if (!report.HasFatal)
            {
                Import(file, table, options, findings);
            }

            return report;
        }
    }

    private static void Import(OnnxModel file, OperatorTable table, ModelLoadOptions options, FindingList findings)
    {
        var control = new RunControl(new(MemoryBudget.LimitOf(options)), loads: true);
        control.Begin(CancellationToken.None, options.MaxLoadTime ?? s_longest);
        try
        {
            ImportedModel imported = ModelImporter.Import(file, control: control, table: table);
            if (imported.IsKnown)
            {
                ShapeInference.Run(imported.Graph, file.Graph.Name, control);
            }
            else
            {
                TryInfer(imported.Graph, file.Graph.Name, control);
            }

            ShapeRules.Check(imported.Graph, FileBytes(file), options.Limits, findings);
        }
        catch (DeadlineExceededException exception)
        {
            findings.Warn("time", "", exception.Message);
        }
        catch (Exception exception) when (exception is InferenceException or OnnxFormatException)
        {
            findings.Fatal("invalid", "", exception.Message);
        }
    }

    // Shapes behind operators that the engine does not know remain open.
    private static void TryInfer(ModelGraph graph, string name, RunControl control)
    {
        try
        {
            ShapeInference.Run(graph, name, control);
        }
        catch (InferenceException exception) when (exception is not DeadlineExceededException)
        {
            // Another provider may know better.
        }
    }

    private static long FileBytes(OnnxModel file) =>
        file.SourceBytes.Length + file.GetTensors().Where(static t => t.HasExternalData).Sum(static t => t.ByteCount);
}
