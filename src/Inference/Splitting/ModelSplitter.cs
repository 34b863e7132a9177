using Inference.Import;
using Inference.Onnx;
using Inference.Rewriting.Facts;

namespace Inference.Splitting;

/// <summary>Cuts a loaded model in two that run on the managed engine.</summary>
internal static class ModelSplitter
{
    /// <summary>Cuts a model; see <see cref="IModelSplitter"/>.</summary>
    /// <param name="file">The model's file, which must outlive the parts.</param>
    /// <param name="table">The operators.</param>
    /// <param name="whole">The description of the whole model.</param>
    /// <param name="branchInputs">Names of inputs.</param>
    /// <param name="load">Loads a part like the whole model, by its model, kind and digest.</param>
    public static ModelSplit? Split(OnnxModel file, OperatorTable table, ModelInfo whole, IReadOnlyCollection<string> branchInputs, Func<OnnxModel, string, string, IModelRunner> load)
    {
        ArgumentNullException.ThrowIfNull(branchInputs);
        foreach (string name in branchInputs)
        {
            if (!whole.Inputs.Any(i => string.Equals(i.Name, name, StringComparison.Ordinal)))
            {
                throw new InvalidInputException($"Model '{whole.Name}': expected names of its inputs, got '{name}'. The inputs are {string.Join(", ", whole.Inputs.Select(i => $"'{i.Name}'"))}.");
            }
        }

        var names = new HashSet<string>(branchInputs, StringComparer.Ordinal);
        ImportedModel imported = ModelImporter.Import(file, bindDefaults: false, table: table);
        ShapeInference.Run(imported.Graph, whole.Name);
        if (GraphCut.Of(file.Graph, imported, names) is not { } cut)
        {
            return null;
        }

        IModelRunner branch = load(SplitParts.Branch(file, cut, names), "branch", SplitParts.Digest(whole.Digest, "branch", names));
        try
        {
            return new ModelSplit(branch, load(SplitParts.Rest(file, cut, names), "rest", SplitParts.Digest(whole.Digest, "rest", names)));
        }
        catch
        {
            branch.Dispose();
            throw;
        }
    }
}
