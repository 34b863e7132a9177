using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>What an earlier search left at the output path.</summary>
internal static class EarlierResult
{
    /// <returns>A recipe that gives the model as it is; null if there is no model, it was not made by a search of this question, or it is the source.</returns>
    public static CandidateRecipe? Find(string? path, string question)
    {
        if (path is null || question.Length == 0 || !File.Exists(path))
        {
            return null;
        }

        try
        {
            OnnxModel model = OnnxModel.Load(path);
            return DecisionRecord.Read(model) is { Verb: "optimize" } record && record.Question == question && record.Chosen is not ("" or CandidateRecord.SourceName)
                ? new CandidateRecipe(record.Chosen, _ => Task.FromResult((model, record.Layers)))
                {
                    Precision = record.Chosen == CandidateRecipes.BFloat16 ? ModelPrecision.AllowBFloat16 : ModelPrecision.Float32,
                }
                : null;
        }
        catch (Exception exception) when (exception is InferenceException or FormatException or IOException or UnauthorizedAccessException)
        {
            // Not a model of ours: the output path was given to be replaced.
            return null;
        }
    }
}
