namespace Inference.Evaluation.Tests.Reading;

internal static class Models
{
    public static ModelInfo Named(string name) => new() { Name = name, Digest = "", Inputs = [], Outputs = [] };
}
