namespace Inference.Benchmarks.Serving;

/// <summary>Loads models for batching and row-wise caching.</summary>
internal static class ServedModel
{
    /// <summary>Loads a model; where independent rows are not proved they are asserted, which the load checks by mixing rows.</summary>
    public static IModelRunner Load(string folder)
    {
        IModelRunner model = ModelRunner.Load(folder);
        if (model.Info.RowIndependent)
        {
            return model;
        }

        model.Dispose();
        return ModelRunner.Load(folder, new ModelLoadOptions { AssertRowIndependent = true });
    }
}
