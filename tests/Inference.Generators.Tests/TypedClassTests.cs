using TestData = Inference.TestSupport.TestData;

namespace Inference.Generators.Tests;

/// <summary>Classes that the build of this project wrote, on the engine.</summary>
public sealed class TypedClassTests
{
    private static readonly string s_samples = Path.Combine(TestData.RepositoryRoot!, "samples");

    [Fact]
    public async Task Run_OfTheRecommender_GivesWhatNamedValuesGive()
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(s_samples, "01.Quickstart", "recommender.onnx"));
        long[] users = [7, 7, 7];
        long[] films = [0, 1, 2];
        using var inputs = new NamedValues { ["user"] = TensorValue.Copy(users, [3]), ["film"] = TensorValue.Copy(films, [3]) };
        using NamedValues outputs = runner.Run(inputs);
        float[] expected = outputs["like"].AsSpan<float>().ToArray();

        var recommender = new Recommender(runner);
        using Recommender.Result y = recommender.Run(users, films);
        Assert.Equal(expected, y.Like.ToArray());
        Assert.Equal([3L], y.Like.Shape.ToArray());
        using Recommender.Result again = await recommender.RunAsync(users, films);
        Assert.Equal(expected, again.Like.ToArray());
        Assert.Equal("user", Recommender.Inputs.User.Name);
        Assert.Equal(runner.Info.Outputs[0].Type, Recommender.Outputs.Like.Type);
    }

    [Fact]
    public void Run_OfNoRows_GivesNone()
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(s_samples, "05.Snippets", "ranker.onnx"));
        using Ranker.Result y = new Ranker(runner).Run([]);
        Assert.Equal(0, y.Score.Span.Length);
    }

    [Fact]
    public void Run_OfHalfARow_SaysHowManyElementsARowHas()
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(s_samples, "05.Snippets", "ranker.onnx"));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => new Ranker(runner).Run(new float[100]));
        Assert.Equal("Class 'Ranker', input 'features': expected a multiple of 64 elements for float32[N,64], got 100. Pass the expected number of elements.", error.Message);
    }

    [Fact]
    public void New_OverAnotherModel_NamesThePort()
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(s_samples, "05.Snippets", "ranker.onnx"));
        ModelSignatureException error = Assert.Throws<ModelSignatureException>(() => new Recommender(runner));
        Assert.Equal("user", error.Port);
        Assert.Equal(
            "Class 'Recommender', model 'ranker', input 'user': the class was built for int64[candidates], the model has no such input. Load the model that the class was built for, or rebuild the class with this model.",
            error.Message);
    }
}
