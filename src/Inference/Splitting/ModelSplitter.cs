using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Passes;

namespace Inference.Splitting;

/// <summary>Cuts a loaded model in two that run on the managed engine.</summary>
internal static class ModelSplitter
{
    /// <summary>Cuts a model; see <see cref="IModelSplitter"/>.</summary>
    /// <param name="file">The model's file, which must outlive the parts.</param>
    /// <param name="whole">What is known of the whole.</param>
    /// <param name="options">How it was loaded; the parts are loaded alike.</param>
    /// <param name="branchInputs">Names of inputs.</param>
    /// <param name="hold">Holds the whole's memory; what it returns lets go, and is called when a part is released.</param>
    public static ModelSplit? Split(OnnxModel file, ModelInfo whole, ModelLoadOptions options, IReadOnlyCollection<string> branchInputs, Func<Action> hold)
    {
        ArgumentNullException.ThrowIfNull(branchInputs);
        foreach (string name in branchInputs)
        {
            if (!whole.Inputs.Any(i => string.Equals(i.Name, name, StringComparison.Ordinal)))
            {
                throw new InvalidInputException($"Model '{whole.Name}': expected names of its inputs to split by, got '{name}'. The inputs are {string.Join(", ", whole.Inputs.Select(i => $"'{i.Name}'"))}.");
            }
        }

        var names = new HashSet<string>(branchInputs, StringComparer.Ordinal);
        ImportedModel imported = ModelImporter.Import(file, bindDefaults: false);
        ShapeInference.Run(imported.Graph, whole.Name);
        if (GraphCut.Of(file.Graph, imported, names) is not { } cut)
        {
            return null;
        }

        IModelRunner branch = Load(SplitParts.Branch(file, cut, names), "branch", whole, options, names, hold);
        try
        {
            return new ModelSplit(branch, Load(SplitParts.Rest(file, cut, names), "rest", whole, options, names, hold));
        }
        catch
        {
            branch.Dispose();
            throw;
        }
    }

    private static ManagedRunner Load(OnnxModel part, string kind, ModelInfo whole, ModelLoadOptions options, HashSet<string> names, Func<Action> hold)
    {
        ModelLoadOptions own = options.Clone();
        own.Providers.Clear();
        Action release = hold();
        LoadedModel model;
        try
        {
            model = new LoadedModel(part, own, $"{whole.Name}/{kind}", SplitParts.Digest(whole.Digest, kind, names), release);
        }
        catch
        {
            release();
            throw;
        }

        if (own.AssertRowIndependent == true && model.Info is { BatchAxis: 0, RowIndependent: false })
        {
            try
            {
                return new ManagedRunner(model, own);
            }
            catch (InferenceException)
            {
                // What is stated of the whole need not hold for this part, or cannot be checked on made-up values.
            }
        }

        own.AssertRowIndependent = own.AssertRowIndependent == false ? false : null;
        return new ManagedRunner(model, own);
    }
}
