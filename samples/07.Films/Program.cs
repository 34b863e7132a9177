using Inference;

using IModelRunner recommender = ModelRunner.Load("recommender.onnx");
Visit[] visits = [.. Enumerable.Range(0, 240).Select(film => new Visit(User: 7, Film: film))];
using NamedValues outputs = recommender.Run(visits);
foreach (ScoredIndex best in outputs["like"].TopK(3)[0])
{
    Console.WriteLine($"film {best.Index}: {best.Score:F2}");
}

[ModelInput("recommender.onnx")]
internal sealed partial record Visit(long User, long Film);
