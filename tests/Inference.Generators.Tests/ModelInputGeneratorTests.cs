using Inference.Onnx;

namespace Inference.Generators.Tests;

/// <summary>Rows as records: what is written and what is reported.</summary>
public sealed class ModelInputGeneratorTests
{
    private static readonly OnnxModel s_model = Models.Of([("user_id", OnnxType.Tensor(OnnxElementType.Int64, "N")), ("features", Models.Float("N", "L")), ("text", OnnxType.Tensor(OnnxElementType.String, "N"))], []);

    [Fact]
    public void Record_OfAllForms_Compiles()
    {
        Generated generated = Generated.From("""
            using System; using System.Collections.Generic; using Inference;
            namespace N { public static partial class Outer<T> {
                [ModelInput] public sealed partial record Row(long UserId, float[] Features, string Text, List<string> Words, ReadOnlyMemory<Half> Half, [ModelInputName("a.b")] bool Flag, [ModelInputIgnore] DateTime At)
                { public double @class => 1; internal int Hidden => 1; public static int Shared => 1; }
            } }
            """);
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
        string source = Assert.Single(generated.Sources);
        Assert.Contains("columns.Add<Row, long>(\"UserId\", rows, static row => row.UserId);", source, StringComparison.Ordinal);
        Assert.Contains("columns.AddRows<Row, float>(\"Features\", rows, static row => row.Features);", source, StringComparison.Ordinal);
        Assert.Contains("columns.AddRows<Row, string>(\"Words\", rows, static row => global::System.Linq.Enumerable.ToArray(row.Words));", source, StringComparison.Ordinal);
        Assert.Contains("columns.Add<Row, bool>(\"a.b\", rows, static row => row.Flag);", source, StringComparison.Ordinal);
        Assert.Contains("row.@class", source, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", source, StringComparison.Ordinal);
        Assert.DoesNotContain("At", source.Replace("Attribute", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_ThatFitsItsModel_ReportsNothing()
    {
        Generated generated = Generated.From("""[Inference.ModelInput("ranker.onnx")] public partial record struct Row(long UserId, float[] Features, string Text);""", s_model);
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
    }

    [Theory]
    [InlineData("partial record Row(long User, float[] Features, string Text)", "INF0012", "Type 'Row', model 'models/ranker.onnx', property 'User': expected one input 'User', the model has 'user_id', 'features', 'text'.")]
    [InlineData("partial record Row(int UserId, float[] Features, string Text)", "INF0013", "Type 'Row', model 'models/ranker.onnx', property 'UserId': input 'user_id' is int64[N], the property holds one element of int32 a row. Change the property's type.")]
    [InlineData("partial record Row(long UserId, float[] Features)", "INF0014", "Type 'Row', model 'models/ranker.onnx', input 'text': the model requires it (string[N]), but no property has its name.")]
    [InlineData("record Row(long UserId)", "INF0010", "Type 'Row' has a ModelInput attribute, so 'Row' must be partial. Add the modifier.")]
    [InlineData("partial record Row(System.DateTime UserId)", "INF0011", "Type 'Row', property 'UserId': DateTime has no tensor form.")]
    [InlineData("partial record Row(long? UserId)", "INF0011", "Type 'Row', property 'UserId': long? has no tensor form.")]
    public void Record_ThatDoesNotFit_IsReported(string record, string id, string expected)
    {
        Generated generated = Generated.From($"[Inference.ModelInput(\"ranker.onnx\")] public {record};", s_model);
        Assert.Contains(generated.Findings, f => f.Id == id && f.GetMessage(System.Globalization.CultureInfo.InvariantCulture).StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Record_OfAModelThatIsNotListed_IsReported() => Assert.Equal("INF0002", Assert.Single(Generated.From("""[Inference.ModelInput("x.onnx")] public partial record Row(long UserId);""", s_model).Findings).Id);
}
