namespace Inference.Generators.Tests;

/// <summary>Rows as records, as generated for this project.</summary>
public sealed partial class ModelInputTests
{
    private static ModelInfo Info(params ModelPort[] inputs) => new() { Name = "m", Digest = "", Inputs = inputs, Outputs = [] };

    private static ModelPort Port(string name, ElementType type, params Dimension[] shape) => new(name, ModelValueType.Tensor(type, shape));

    private static readonly Row[] s_rows = [new(1, [1, 2, 3, 4], "a"), new(2, [5, 6, 7, 8], "b")];

    [Fact]
    public void Rows_WithoutASignature_HaveTheNamesOfTheProperties()
    {
        using NamedValues values = s_rows.ToNamedValues();
        Assert.Equal("UserId int64[2], Features float32[2,4], Text string[2]", string.Join(", ", values.Select(v => $"{v.Key} {v.Value}")));
    }

    [Fact]
    public void Rows_WithASignature_HaveItsNamesAndShapes()
    {
        using NamedValues values = s_rows.ToNamedValues(Info(
            Port("user_id", ElementType.Int64, Dimension.Named("N"), Dimension.Fixed(1)), Port("features", ElementType.Float32, Dimension.Named("N"), Dimension.Fixed(2), Dimension.Unknown), Port("text", ElementType.String, Dimension.Named("N"))));
        Assert.Equal("user_id int64[2,1], features float32[2,2,2], text string[2]", string.Join(", ", values.Select(v => $"{v.Key} {v.Value}")));
        Assert.Equal([1L, 2], values["user_id"].AsSpan<long>().ToArray());
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], values["features"].AsSpan<float>().ToArray());
    }

    [Fact]
    public void Rows_ThatDoNotFit_NameTheInput()
    {
        ModelPort user = Port("user_id", ElementType.Int64, Dimension.Named("N")), features = Port("features", ElementType.Float32, Dimension.Named("N"), Dimension.Named("L")), text = Port("text", ElementType.String, Dimension.Named("N"));
        Assert.Equal("Type 'Row', model 'm', input 'Text': the model has no such input; it has 'user_id', 'features'. Rename the property, name the input with [ModelInputName], or leave it out with [ModelInputIgnore].",
            Assert.Throws<ModelSignatureException>(() => s_rows.ToNamedValues(Info(user, features))).Message);
        Assert.Equal("Type 'Row', model 'm', input 'user_id': the model expects int32[N], the property 'UserId' holds int64. Change the property's type.",
            Assert.Throws<ModelSignatureException>(() => s_rows.ToNamedValues(Info(Port("user_id", ElementType.Int32, Dimension.Named("N")), features, text))).Message);
        Assert.Equal("Type 'Row', model 'm', input 'more': the model requires it (float32[N]), but no property has its name. Add a property, or name the input on one with [ModelInputName].",
            Assert.Throws<ModelSignatureException>(() => s_rows.ToNamedValues(Info(user, features, text, Port("more", ElementType.Float32, Dimension.Named("N"))))).Message);
        Assert.Equal("Type 'Row', property 'Features', model 'm', input 'features': expected 3 elements a row for float32[N,3], got 4. Pass rows of that length.",
            Assert.Throws<InvalidInputException>(() => s_rows.ToNamedValues(Info(user, Port("features", ElementType.Float32, Dimension.Named("N"), Dimension.Fixed(3)), text))).Message);
        Assert.Equal("Type 'Row', property 'Features', input 'Features': expected 4 elements in row 1, as in row 0, got 1. Pad the rows to one length, or run them separately.",
            Assert.Throws<InvalidInputException>(() => new[] { s_rows[0], new Row(1, [1], "") }.ToNamedValues()).Message);
        Assert.Contains("expected a text as element 0, got null", Assert.Throws<InvalidInputException>(() => new[] { new Row(1, [1], null!) }.ToNamedValues()).Message, StringComparison.Ordinal);
        Assert.Contains("several inputs have a name like it: 'user_id', 'userid'", Assert.Throws<ModelSignatureException>(() => s_rows.ToNamedValues(Info(user, features, text, Port("userid", ElementType.Int64)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_RunAModel()
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(TestSupport.TestData.RepositoryRoot!, "samples", "01.Quickstart", "recommender.onnx"));
        using NamedValues outputs = runner.Run([new Visit(1, 2), new Visit(3, 4)]);
        Assert.Equal(2, outputs["like"].Shape[0]);
        using NamedValues later = await runner.RunAsync<Visit>([new(1, 2), new(3, 4)]);
        Assert.Equal(outputs["like"].AsBytes().ToArray(), later["like"].AsBytes().ToArray());
    }

    [ModelInput]
    public sealed partial record Row(long UserId, float[] Features, string Text);

    [ModelInput("recommender.onnx")]
    public readonly partial record struct Visit(long User, long Film);
}
