using System.Diagnostics;
using System.Globalization;
using System.Text;
using Inference.Data.Tests.Support;
using Inference.TestSupport;

namespace Inference.Data.Tests.Tables;

public sealed class CsvDataSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_NoSchema_InfersTypesAndVectors()
    {
        CsvDataSource source = Open("x[0],x[1],label,city\n1.5,2,0,\"Bern, CH\"\n3,4.25,1,Rome\n");

        Assert.Equal(["x: float32[rows,2]", "label: int64[rows]", "city: string[rows]"], source.Columns.Select(c => c.ToString()));
        Dictionary<string, string> got = await RowText.OfAsync(source);
        Assert.Equal("1.5 2 3 4.25", got["x"]);
        Assert.Equal("0 1", got["label"]);
        Assert.Equal("Bern, CH Rome", got["city"]);
    }

    [Fact]
    public async Task ReadAsync_Schema_MakesInputs()
    {
        File.WriteAllText(_folder.File("d.csv"), "age;hours;y;city\n30;40;1;Rome\n50;20;0;Bern\n");
        File.WriteAllText(_folder.File("s.json"), """{"delimiter": ";", "fields": {"numeric": {"type": "float32", "columns": ["age", "hours"]}, "label": {"type": "int64", "columns": ["y"]}, "city": {"codes": ["Bern", "Rome"]}}}""");
        IDataSource source = DataSource.Open(_folder.File("d.csv"), DataSchema.Load(_folder.File("s.json")));

        Assert.Equal(["numeric: float32[rows,2]", "label: int64[rows]", "city: int64[rows]"], source.Columns.Select(c => c.ToString()));
        Dictionary<string, string> got = await RowText.OfAsync(source, 1);
        Assert.Equal("30 40 50 20", got["numeric"]);
        Assert.Equal("1 0", got["city"]);
    }

    [Theory]
    [InlineData("x\n1.5\noops\n", "row 2, column 'x': expected float32, got 'oops'")]
    [InlineData("x\n1\n2\n3.5e\n", "row 3, column 'x': expected int64, got '3.5e'")]
    [InlineData("x,y\n1,2\n3\n", "row 2: expected 2 cells, as in the first line, got 1")]
    [InlineData("x,y\n1,2\n3,4,5\n", "row 2: expected 2 cells, as in the first line, got 3")]
    [InlineData("x,y\n1,\"2\n3,4\n", "row 1: expected every quote to be closed")]
    [InlineData("x,y\n1,2\n3,\"4", "row 2: expected every quote to be closed")]
    [InlineData("x,x\n1,2\n", "expected each column once, got 'x' as columns 1 and 2")]
    [InlineData("x[0],x[2]\n1,2\n", "got no x[1]")]
    [InlineData("x\n", "got no row")]
    [InlineData("", "got no row")]
    [InlineData("\n\n", "got no row")]
    public async Task ReadAsync_Malformed_SaysWhere(string text, string expected)
    {
        DataException error = await RowText.ErrorAsync(() => Open(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_BadCell_TellsItsFacts()
    {
        DataException error = await RowText.ErrorAsync(() => Open("x\n1.5\noops\n"));
        Assert.Equal((_folder.File("d.csv"), 2L, "x", "float32", "'oops'"), (error.SourceName, error.Row, error.Column, error.Expected, error.Actual));
    }

    [Fact]
    public async Task ReadAsync_LateBadCell_SaysWhereAndKeepsTheBatchesBefore()
    {
        string text = "x,y\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => i == 2500 ? "1,a\n" : "1,2\n"));
        DataException error = await RowText.ErrorAsync(() => Open(text));
        Assert.Contains("row 2501, column 'y': expected int64, got 'a'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "','")]
    [InlineData("a;b\n1,5;2\n", "';'")]
    [InlineData("a\tb\n1,5\t2;3\n", "tabs")]
    [InlineData("a|b\n1|2\n", "'|'")]
    [InlineData("\"a,1\";\"b,2\"\n1;2\n", "';'")]
    [InlineData("one\n1\n", "','")]
    public void Constructor_Separator_IsFound(string text, string expected) => Assert.StartsWith(expected, Table(text).Notes[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("1,2\n3,4\n", false, "1 3")]
    [InlineData("5.1,setosa\n4.9,setosa\n", false, "5.1 4.9")]
    [InlineData("a,b\n3,4\n", true, "3")]
    [InlineData("0,1\n3,4\n", true, "3")]
    [InlineData("id,2019\n7,1.5\n", true, "7")]
    [InlineData("a,b\nx,y\n", true, "x")]
    public async Task Constructor_Header_IsFound(string text, bool header, string first)
    {
        CsvDataSource source = Open(text);
        Assert.Equal(header, !source.Columns[0].Name.StartsWith("column", StringComparison.Ordinal));
        Assert.Equal(first, (await RowText.OfAsync(source))[source.Columns[0].Name] is var got && got.StartsWith(first, StringComparison.Ordinal) ? first : got);
    }

    [Fact]
    public async Task ReadAsync_QuotesAndLineBreaks_AreOfTheCell()
    {
        CsvDataSource source = Open("a,b\r\n\"x \"\"1\"\"\",\"two\nlines\"\r\n\" kept \",z\r\n\r\n");
        var texts = new List<string>();
        await foreach (DataBatch batch in source.ReadAsync(["a", "b"], 5))
        {
            texts.AddRange(batch.Values["a"].AsSpan<string>());
            texts.AddRange(batch.Values["b"].AsSpan<string>());
        }

        Assert.Equal(["x \"1\"", " kept ", "two\nlines", "z"], texts);
    }

    [Theory]
    [InlineData("1", "", "1 NaN")]
    [InlineData("1.5", "NA", "1.5 NaN")]
    [InlineData("1.5", "nan", "1.5 NaN")]
    [InlineData("-inf", "inf", "-Infinity Infinity")]
    [InlineData(" 2 ", "+3.5e-1", "2 0.35")]
    [InlineData("1", "2.0", "1 2")]
    public async Task ReadAsync_Numbers_AreReadInTheInvariantCulture(string first, string second, string expected)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            string path = _folder.File("d.csv");
            File.WriteAllText(path, $"x,y\n{first},a\n{second},b\n");
            var source = new CsvDataSource(path, new DataSchema { Fields = [new DataField { Name = "x", Type = ElementType.Float32 }] });
            Assert.Equal(expected, (await RowText.OfAsync(source))["x"]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(ElementType.Int8, "128")]
    [InlineData(ElementType.UInt8, "-1")]
    [InlineData(ElementType.Int64, "9223372036854775808")]
    [InlineData(ElementType.Int64, "1.5")]
    [InlineData(ElementType.Int64, "")]
    [InlineData(ElementType.Bool, "2")]
    [InlineData(ElementType.Float32, "1,5")]
    public async Task ReadAsync_ValueOutsideTheType_IsRefused(ElementType type, string cell)
    {
        File.WriteAllText(_folder.File("d.csv"), $"x;y\n1;1\n{cell};1\n");
        DataException error = await RowText.ErrorAsync(() => new CsvDataSource(_folder.File("d.csv"), new DataSchema { Fields = [new DataField { Name = "x", Type = type }] }));
        Assert.Contains($"row 2, column 'x': expected {type.Name()}, got {(cell.Length > 0 ? $"'{cell}'" : "an empty cell")}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_Kinds_AreFound()
    {
        IReadOnlyList<Data.Tables.TableColumn> kinds = Table("i,r,b,t,d,e,m,u\n1,1.5,true,x,2024-01-31,,1,\n2,2,false,1,2024-02-01,,x,3\n3,4,true,y,2024-02-02,,2,4\n").Cells;
        Assert.Equal("i=Integer r=Real b=Boolean t=Text d=Date e=Empty m=Integer u=Real", string.Join(' ', kinds.Select(k => $"{k.Name}={k.Kind}")));
    }

    [Fact]
    public async Task ReadAsync_HundredThousandColumns_IsLinear()
    {
        const int Columns = 100_000;
        const int Rows = 20;
        string path = _folder.File("wide.csv");
        await using (var writer = new StreamWriter(path))
        {
            await writer.WriteLineAsync(string.Join(',', Enumerable.Range(0, Columns).Select(i => $"x[{i}]")));
            for (int row = 0; row < Rows; row++)
            {
                await writer.WriteLineAsync(string.Join(',', Enumerable.Range(0, Columns).Select(i => string.Create(CultureInfo.InvariantCulture, $"{(row * 0.5) + (i % 10)}"))));
            }
        }

        var watch = Stopwatch.StartNew();
        var source = new CsvDataSource(path);
        double sum = 0;
        await foreach (DataBatch batch in source.ReadAsync(["x"], 8))
        {
            foreach (float value in batch.Values["x"].AsSpan<float>())
            {
                sum += value;
            }
        }

        Assert.Equal(Rows * 4.5 * Columns + (0.5 * Rows * (Rows - 1) / 2 * Columns), sum);

        // Quadratic code takes minutes here, this a fraction of a second; the bound is for a busy machine.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task ReadAsync_HugeCell_IsBounded()
    {
        string path = _folder.File("huge.csv");
        await using (var writer = new StreamWriter(path))
        {
            await writer.WriteAsync("a,b\n1,\"");
            string block = new('x', 1 << 20);
            for (int i = 0; i < 40; i++)
            {
                await writer.WriteAsync(block);
            }
        }

        long before = GC.GetTotalAllocatedBytes();
        DataException error = await RowText.ErrorAsync(() => new CsvDataSource(path));
        Assert.Contains("16 million characters", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 512 << 20);
    }

    [Fact]
    public async Task ReadAsync_NotUtf8_IsRefused()
    {
        await File.WriteAllBytesAsync(_folder.File("d.csv"), [.. "city,x\nZ"u8, 0xFC, .. "rich,1\n"u8]);
        Assert.Contains("UTF-8", (await RowText.ErrorAsync(() => new CsvDataSource(_folder.File("d.csv")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ByteOrderMark_IsNoPartOfTheName()
    {
        await File.WriteAllTextAsync(_folder.File("d.csv"), "city,x\nZürich,1\n", new UTF8Encoding(true));
        Assert.Equal("Zürich", (await RowText.OfAsync(new CsvDataSource(_folder.File("d.csv"))))["city"]);
    }

    [Fact]
    public async Task ReadAsync_RandomBytes_AreReadOrRefused()
    {
        var random = new Random(3);
        byte[] alphabet = [.. "0123456789.,;\t|\"\n\r-eNa x\u00FC"u8];
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            for (int at = 0; at < bytes.Length; at++)
            {
                bytes[at] = random.Next(60) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            await File.WriteAllBytesAsync(_folder.File("r.csv"), bytes);
            try
            {
                await RowText.OfAsync(new CsvDataSource(_folder.File("r.csv")));
            }
            catch (DataException)
            {
            }
        }
    }

    [Theory]
    [InlineData("""{"fields": {"x": {"type": "float128"}}}""")]
    [InlineData("""{"fields": {"x": {"typ": "float32"}}}""")]
    [InlineData("""{"delimiter": ";;"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Load_BadSchema_IsRefused(string json)
    {
        File.WriteAllText(_folder.File("s.json"), json);
        Assert.Contains("Correct the schema", Assert.Throws<DataException>(() => DataSchema.Load(_folder.File("s.json"))).Message, StringComparison.Ordinal);
    }

    private CsvDataSource Open(string text)
    {
        File.WriteAllText(_folder.File("d.csv"), text);
        return new CsvDataSource(_folder.File("d.csv"));
    }

    private Data.Tables.ITable Table(string text) => ((Data.Tables.ITableSource)Open(text)).Table;
}
