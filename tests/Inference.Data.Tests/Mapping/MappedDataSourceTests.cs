using Inference.Data.Tests.Support;
using Inference.TestSupport;

namespace Inference.Data.Tests.Mapping;

public sealed class MappedDataSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Csv_ColumnsByName_AreInputsOfOneElement()
    {
        MappedDataSource source = Map("age,city,income,when\n30,Rome,1.5,2024-01-01\n40,Bern,,2024-01-02\n", new(), Port("age", ElementType.Int64, 1), Port("city", ElementType.String, 1), Port("income", ElementType.Float32));

        Assert.Equal(["age: int64[rows,1]", "city: string[rows,1]", "income: float32[rows]"], source.Columns.Select(c => c.ToString()));
        Dictionary<string, string> got = await RowText.OfAsync(source, 1);
        Assert.Equal("30 40", got["age"]);
        Assert.Equal("Rome Bern", got["city"]);
        Assert.Equal("1.5 NaN", got["income"]);
        ColumnUse date = source.Report.Columns.Single(c => c.Column == "when");
        Assert.Equal((ColumnRole.Unused, "date"), (date.Role, date.Holds));
        Assert.Contains("dates", date.Reason, StringComparison.Ordinal);
        Assert.Contains("1 of the first 2 cells empty", source.Report.Columns.Single(c => c.Column == "income").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_ColumnsByPrefix_AreOneVectorInTheirNumbersOrder()
    {
        MappedDataSource source = Map("x[1],x[0],x[2],y\n2,1,3,a\n5,4,6,b\n", new() { Labels = "y" }, Port("x", ElementType.Float64, 3));

        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal("1 2 3 4 5 6", got["x"]);
        Assert.Equal("a b", got["y"]);
        Assert.Equal("string", source.GetColumn("y").Type.Name());
    }

    [Fact]
    public async Task Csv_AllNumericColumns_AreStackedInOrderWithoutLabelsDatesAndSlices()
    {
        MappedDataSource source = Map("a,when,b,group,c,label\n1,2024-01-01,2,0,3,1\n4,2024-01-02,5,1,6,0\n", new() { Labels = "label", Slices = ["group"] }, Port("input", ElementType.Float32, 3));

        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal("1 2 3 4 5 6", got["input"]);
        Assert.Equal("1 0", got["label"]);
        Assert.Equal("0 1", got["group"]);
        Assert.Equal(
            ["a Input input", "when Unused ", "b Input input", "group Slice group", "c Input input", "label Label label"],
            source.Report.Columns.Select(c => $"{c.Column} {c.Role} {c.Target}"));
    }

    [Fact]
    public async Task Csv_SliceThatIsAFeatureToo_IsBoth()
    {
        MappedDataSource source = Map("a,sex,y\n1,0,1\n2,1,0\n", new() { Labels = "y", Slices = ["sex"] }, Port("input", ElementType.Float32, 2));

        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal("1 0 2 1", got["input"]);
        Assert.Equal("0 1", got["sex"]);
        Assert.Equal(2, source.Report.Columns.Count(c => c.Column == "sex"));
    }

    [Fact]
    public async Task Csv_NumbersAndTextsToOneInputEach_AreStackedByKind()
    {
        MappedDataSource source = Map("a,job,b,city\n1,x,2,Rome\n3,y,4,Bern\n", new(), Port("num", ElementType.Float32, 2), Port("cat", ElementType.String, 2));

        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal("1 2 3 4", got["num"]);
        Assert.Equal("x Rome y Bern", got["cat"]);
    }

    [Theory]
    [InlineData("hours-per-week", "hours_per_week")]
    [InlineData("Age", "age")]
    public async Task Csv_NameThatDiffersInCaseOrSigns_IsFound(string column, string input)
    {
        MappedDataSource source = Map($"{column},z\n1,2\n", new(), Port(input, ElementType.Float32, 1));
        Assert.Equal("1", (await RowText.OfAsync(source))[input]);
        Assert.Contains("case and punctuation", source.Report.Columns[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_ListsAndCodes_AreFollowed()
    {
        var schema = new DataSchema
        {
            Fields =
            [
                new DataField { Name = "x", Columns = ["job", "a"], Type = ElementType.Float32 },
                new DataField { Name = "job", Codes = ["clerk", "smith"] },
            ],
            Missing = ["?"],
        };
        DataException error = Assert.Throws<DataException>(() => Map("job,a\nsmith,1\nclerk,?\n", new() { Schema = schema }, Port("x", ElementType.Float32, 2)));
        Assert.Contains("column 'job': expected float32", error.Message, StringComparison.Ordinal);

        MappedDataSource source = Map("job,a\nsmith,1\nclerk,?\n", new() { Schema = schema }, Port("job", ElementType.Int64, 1), Port("a", ElementType.Float32, 1));
        Dictionary<string, string> got = await RowText.OfAsync(source, ["job", "a"]);
        Assert.Equal("1 0", got["job"]);
        Assert.Equal("1 NaN", got["a"]);
    }

    [Fact]
    public async Task Schema_UnknownCode_IsRefusedWithTheRow()
    {
        var schema = new DataSchema { Fields = [new DataField { Name = "job", Codes = ["clerk", "smith"] }] };
        DataException error = await RowText.ErrorAsync(() => Map("job\nsmith\nbaker\n", new() { Schema = schema }, Port("job", ElementType.Float32, 1)));
        Assert.Contains("row 2, column 'job': expected one of 'clerk', 'smith', got 'baker'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "the unused columns are 'a', 'b'", "x", 3)]
    [InlineData("a,b\n1,z\n", "the remaining numeric columns have 1", "x", 2)]
    [InlineData("x,b\nz,2\n", "column 'x': expected float32 for the model's input 'x', got text", "x", 1)]
    [InlineData("x,b\n2024-01-01,2\n", "got dates", "x", 1)]
    [InlineData("x[0],x[1],b\n1,2,3\n", "got 2 columns per row", "x", 3)]
    [InlineData("a-b,a_b\n1,2\n", "which differ only in case or punctuation", "a b", 1)]
    public void Csv_ImpossibleOrAmbiguous_IsRefusedWithWhatWasLookedAt(string text, string expected, string input, int width)
    {
        DataException error = Assert.Throws<DataException>(() => Map(text, new(), Port(input, ElementType.Float32, width)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_TwoNumericInputsWithoutColumns_AreAmbiguous()
    {
        DataException error = Assert.Throws<DataException>(() => Map("a,b\n1,2\n", new(), Port("x", ElementType.Float32, 1), Port("y", ElementType.Float32, 1)));
        Assert.Contains("'y'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_Missing_AreRefusedUnlessInputsAloneAreWanted()
    {
        Assert.Contains("expected the column 'y'", Assert.Throws<DataException>(() => Map("x\n1\n", new() { Labels = "y" }, Port("x", ElementType.Float32, 1))).Message, StringComparison.Ordinal);
        Assert.Equal(["x"], Map("x\n1\n", new() { Labels = "y", InputsOnly = true }, Port("x", ElementType.Float32, 1)).Columns.Select(c => c.Name));
    }

    [Fact]
    public async Task Labels_EmptyCell_IsRefusedWithTheRow()
    {
        DataException error = await RowText.ErrorAsync(() => Map("x,y\n1,1\n2,\n", new() { Labels = "y" }, Port("x", ElementType.Float32, 1)));
        Assert.Contains("row 2, column 'y': expected float32, got an empty cell", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 784 }, new long[] { 1, 28, 28 }, true)]
    [InlineData(new long[] { 1, 28, 28 }, new long[] { 784 }, true)]
    [InlineData(new long[] { 28, 28 }, new long[] { 1, 28, 28 }, true)]
    [InlineData(new long[] { 1, 28, 28 }, new long[] { 28, 28 }, true)]
    [InlineData(new long[] { 28, 28, 3 }, new long[] { 3, 28, 28 }, false)]
    [InlineData(new long[] { 784 }, new long[] { 785 }, false)]
    [InlineData(new long[] { 5 }, new long[] { 5, 1 }, true)]
    [InlineData(new long[] { }, new long[] { 1 }, true)]
    [InlineData(new long[] { 1 }, new long[] { }, true)]
    public async Task Arrays_OfAnotherShape_AreReshapedButNotTransposed(long[] have, long[] want, bool fits)
    {
        int count = (int)have.Aggregate(2L, (a, b) => a * b);
        float[] values = [.. Enumerable.Range(0, count).Select(i => (float)i)];
        var memory = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>(values, [2, .. have]), ["other"] = TensorValue.Copy<string>(["a", "b"], [2]) });
        ModelPort port = Port("x", ElementType.Float32, [.. want.Select(w => (int)w)]);
        if (!fits)
        {
            Assert.Contains("Reshape the data", Assert.Throws<DataException>(() => MappedDataSource.Create(memory, [port])).Message, StringComparison.Ordinal);
            return;
        }

        MappedDataSource source = MappedDataSource.Create(memory, [port]);
        Assert.Equal(want, source.Columns[0].RowShape);
        Assert.Equal(string.Join(' ', values), (await RowText.OfAsync(source, 1))["x"]);
    }

    [Theory]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.Bool)]
    [InlineData(ElementType.String)]
    public async Task Arrays_OfAnotherType_AreConverted(ElementType type)
    {
        var memory = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([0, 1], [2]) });
        MappedDataSource source = MappedDataSource.Create(memory, [Port("x", type, 1)]);
        Assert.Equal(type == ElementType.Bool ? "false true" : "0 1", (await RowText.OfAsync(source))["x"]);
    }

    [Fact]
    public async Task Arrays_ValueThatTheTypeDoesNotHave_IsRefusedWithTheRow()
    {
        foreach (float bad in new[] { 1.5f, 300, -1, float.NaN })
        {
            var memory = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([0, bad], [2]) });
            DataException error = await RowText.ErrorAsync(() => MappedDataSource.Create(memory, [Port("x", ElementType.UInt8, 1)]));
            Assert.Contains("row 2, column 'x': expected uint8, got ", error.Message, StringComparison.Ordinal);
        }

        var large = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<ulong>([ulong.MaxValue], [1]) });
        Assert.Contains("row 1", (await RowText.ErrorAsync(() => MappedDataSource.Create(large, [Port("x", ElementType.Int64, 1)]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arrays_WithoutNames_AreTakenByPlace()
    {
        var memory = new MemoryDataSource(new NamedValues { ["arr_1"] = TensorValue.Copy<float>([2], [1]), ["label"] = TensorValue.Copy<long>([7], [1]), ["arr_0"] = TensorValue.Copy<float>([1], [1]) });
        MappedDataSource source = MappedDataSource.Create(memory, [Port("a", ElementType.Float32, 1), Port("b", ElementType.Float32, 1)], new() { Labels = "label" });
        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal(("1", "2", "7"), (got["a"], got["b"], got["label"]));
    }

    [Fact]
    public void Inputs_Optional_MayBeAbsent()
    {
        var memory = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([2], [1]), ["z"] = TensorValue.Copy<float>([2], [1]) });
        MappedDataSource source = MappedDataSource.Create(memory, [Port("x", ElementType.Float32, 1), Port("threshold", ElementType.Float32) with { IsOptional = true }]);
        Assert.Equal(["x"], source.Columns.Select(c => c.Name));
    }

    [Fact]
    public void Report_WideTable_SaysRunsOnce()
    {
        string names = string.Join(',', Enumerable.Range(0, 500).Select(i => $"c{i}"));
        MappedDataSource source = Map($"{names},y\n{string.Join(',', Enumerable.Range(0, 500))},1\n", new() { Labels = "y" }, Port("x", ElementType.Float32, 500));
        string text = source.Report.ToText();
        Assert.Contains("'c0' … 'c499' (500 columns) (integer) → input 'x': all 500 remaining numeric columns", text, StringComparison.Ordinal);
        Assert.True(text.Split('\n').Length < 8, text);
        Assert.Contains("\"role\": \"label\"", source.Report.ToJson(), StringComparison.Ordinal);
    }

    private static ModelPort Port(string name, ElementType type, params int[] row) =>
        new(name, ModelValueType.Tensor(type, [Dimension.Named("N"), .. row.Select(size => Dimension.Fixed(size))]));

    private MappedDataSource Map(string text, MappingOptions options, params ModelPort[] inputs)
    {
        File.WriteAllText(_folder.File("d.csv"), text);
        return MappedDataSource.Open(_folder.File("d.csv"), inputs, options);
    }
}
