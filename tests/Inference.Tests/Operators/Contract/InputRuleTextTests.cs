namespace Inference.Tests.Operators.Contract;

/// <summary>Rules as they are written and read back, and what a node that breaks them is told.</summary>
public sealed class InputRuleTextTests
{
    [Theory]
    [InlineData("[N,C,*D]")]
    [InlineData("[_,7,C/1]")]
    [InlineData("[*,C]")]
    [InlineData("~[*D,1]")]
    [InlineData("[]")]
    public void Shape_ReadAndWritten_IsTheSame(string text)
    {
        InputRules rules = "X:any" + text;
        Assert.Equal(text, Assert.Single(Assert.Single(rules.Rules).Shapes).ToString());
        Assert.Equal("X:any" + text, rules.ToString());
    }

    [Fact]
    public void Shape_EachPlace_IsWhatItsTextSays()
    {
        InputRules rules = "X:any[N,_,5,C/1,*D]|[*]";
        Assert.Equal(
            [new("N", null, false), new(null, null, false), new(null, 5, false), new("C", 1, false), new("D", null, true)],
            rules.Rules[0].Shapes[0].Dimensions);
        Assert.Equal([new(null, null, true)], rules.Rules[0].Shapes[1].Dimensions);
    }

    [Fact]
    public void Rules_NamesKindsAndLetters_AreReadOnce()
    {
        InputRules rules = "A:T=floating B?:T C:seq D:map E:opt F?:value";
        Assert.Equal(["A", "B", "C", "D", "E", "F"], rules.Rules.Select(r => r.Name));
        Assert.Equal([false, true, false, false, false, true], rules.Rules.Select(r => r.IsOptional));
        Assert.Equal(["T", "T", null, null, null, null], rules.Rules.Select(r => r.TypeVariable));
        Assert.Equal([ModelValueKind.Tensor], rules.Rules[1].Kinds);
        Assert.Equal([ModelValueKind.Sequence], rules.Rules[2].Kinds);
        Assert.Equal([ModelValueKind.Map], rules.Rules[3].Kinds);
        Assert.Equal([ModelValueKind.Optional], rules.Rules[4].Kinds);
        Assert.Equal(Enum.GetValues<ModelValueKind>(), rules.Rules[5].Kinds);
        Assert.Same(rules.Rules, rules.Rules);
    }

    [Fact]
    public void IsVariadic_OnlyWhereTheTextEndsSo()
    {
        InputRules some = "A:any B:any...";
        InputRules two = "A:any B:any";
        Assert.True(some.IsVariadic);
        Assert.Equal(["A", "B"], some.Rules.Select(r => r.Name));
        Assert.False(two.IsVariadic);
        InputRule unread = Assert.Single(InputRules.Unread.Rules);
        Assert.True(InputRules.Unread.IsVariadic && unread.IsOptional);
        Assert.Equal(("value", Enum.GetValues<ModelValueKind>().Length), (unread.Name, unread.Kinds.Count));
    }

    [Theory]
    [InlineData("X", "Input rule 'X': expected name:types[shape].")]
    [InlineData(":float", "Input rule ':float': expected name:types[shape].")]
    [InlineData("X:flot", "Input rule: 'flot' is not a set of element types.")]
    [InlineData("X:[N]", "Input rule: '' is not a set of element types.")]
    [InlineData("X:=float", "Input rule: '=float' is not a set of element types.")]
    [InlineData("X:float+", "Input rule: '' is not a set of element types.")]
    public void Rules_ThatAreNone_SayWhatIsWrong(string text, string error)
    {
        InputRules rules = text;
        Assert.Equal(error, Assert.Throws<FormatException>(() => rules.Rules).Message);
    }

    [Fact]
    public void Shape_TwoRuns_IsRefused()
    {
        InputRules rules = "X:float[*A,*B]";
        Assert.StartsWith("A shape pattern can contain at most one run.", Assert.Throws<ArgumentException>(() => rules.Rules).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A:any B:any", "a-", "expected input 1 (B), but it is omitted. The model violates the operator's specification.")]
    [InlineData("A:any B?:any", "-a", "expected input 0 (A), but it is omitted. The model violates the operator's specification.")]
    [InlineData("A:any B?:any", "a-", null)]
    [InlineData("A:any B?:any", "ab", null)]
    [InlineData("A:any B?:any", "ab--", null)]
    [InlineData("A:any B?:any", "ab-c", "expected at most 2 inputs, got 4. The model violates the operator's specification.")]
    [InlineData("A?:any", "---", null)]
    [InlineData("A?:any", "", null)]
    [InlineData("A:any...", "abc", null)]
    [InlineData("A:any...", "abc--", null)]
    [InlineData("A:any...", "a-c", "expected input 1 (A), but it is omitted before later ones. The model violates the operator's specification.")]
    [InlineData("A:any...", "ab-d-", "expected input 2 (A), but it is omitted before later ones. The model violates the operator's specification.")]
    [InlineData("A:any B?:any...", "ab-d", null)]
    public void CheckCount_InputsOfANode(string text, string inputs, string? error)
    {
        InputRules rules = text;
        var node = new Node("n", "", "Test", 1);
        node.Inputs.AddRange(inputs.Select(c => c == '-' ? null : new Value(c.ToString())));
        if (error is null)
        {
            rules.CheckCount(node);
        }
        else
        {
            Assert.Equal("node 'n' (Test): " + error, Assert.Throws<ModelLoadException>(() => rules.CheckCount(node)).Message);
        }
    }

    [Theory]
    [InlineData("X:float[_,_]", "float[2,3]", null)]
    [InlineData("X:float[*,C] W:float[*,C]", "float[2,3] float[5,6,3]", null)]
    [InlineData("X:float[*,C] W:float[*,C]", "float[2,3] float[5,6]", "input 1 (W): expected shape [*,C] with C = 3, got [5,6].")]
    [InlineData("X:float[2,C/1] W:float[C]", "float[2,1] float[9]", null)]
    [InlineData("X:float[2]", "float[?]", null)]
    [InlineData("X:float[C] W:float[C]", "float[?] float[4]", null)]
    [InlineData("X:float[C] W:float[C] Z:float[C]", "float[?] float[4] float[5]", "input 2 (Z): expected shape [C] with C = 4, got [5].")]
    [InlineData("X:float[C] W:float[*D,C]|[*D] Z:float[*D]", "float[3] float[4,5] float[4,5]", null)]
    [InlineData("X:float[C] W:float[C,M]|[M] Z:float[M]", "float[3] float[4] float[4]", null)]
    [InlineData("X:float[C] W:float[M,C]|[M,_] Z:float[M]", "float[3] float[4,5] float[4]", null)]
    [InlineData("X:float[*D] W:float[*D]", "float[2,?] float[2,7]", null)]
    [InlineData("X:float[*D] W:float[*D]", "float[2,2] float[2]", "input 1 (W): expected shape [*D] with D = [2,2], got [2].")]
    [InlineData("X:float[*D] W:float[*D]", "float[2,2] float[2,3]", "input 1 (W): expected shape [*D] with D = [2,2], got [2,3].")]
    [InlineData("X:float[N,*D] W:float~[N,*D]", "float[2,4,3] float[4,3]", null)]
    [InlineData("X:float[N,*D] W:float~[N,*D]", "float[2,4,3] float[3,1,3]", "input 1 (W): expected shape ~[N,*D] with N = 2, D = [4,3], got [3,1,3].")]
    [InlineData("X:float[N,C] W:float~[C]", "float[2,3] float[1]", null)]
    [InlineData("X:float[N,C] W:float~[C]", "float[2,3] float[]", null)]
    [InlineData("X:float[N,C] W:float~[C]", "float[2,3] float[2]", "input 1 (W): expected shape ~[C] with N = 2, C = 3, got [2].")]
    [InlineData("X:float[N,C] W:float~[1,C]", "float[2,3] float[1,3]", null)]
    [InlineData("X:float[N,C] W:float~[1,C]", "float[2,3] float[2,3]", "input 1 (W): expected shape ~[1,C] with N = 2, C = 3, got [2,3].")]
    [InlineData("X:float[N,C] W:float~[Q,C]", "float[2,3] float[9,3]", null)]
    [InlineData("X?:float[*D] W:float~[*D]", "- float[9,3]", null)]
    [InlineData("X:float[*,C] W:float~[*,C]", "float[2,3] float[9,9]", null)]
    [InlineData("X:float", "float[1,1,1,1,1,1,1,1]", null)]
    [InlineData("X:float", "float[...]", null)]
    [InlineData("X:float[C] W:float[C]", "float[...] float[4]", null)]
    [InlineData("X:float", "seq", "input 0 (X): expected Tensor, got sequence(float32[...]).")]
    [InlineData("X:seq", "float[2]", "input 0 (X): expected Sequence, got float32[2].")]
    [InlineData("X:seq", "seq", null)]
    [InlineData("X:T=floating W:T", "unknown[2] double[2]", null)]
    [InlineData("X:T=floating W:T Z:T", "unknown[2] double[2] float[2]", "input 2 (Z): expected float64, the type of input 1, got float32. Cast one of them.")]
    [InlineData("X:T=floating W?:T Z:T", "float[2] - double[2]", "input 2 (Z): expected float32, the type of input 0, got float64. Cast one of them.")]
    [InlineData("X:T=floating W:U=floating Z:U Y:T", "float[2] double[2] double[2] float[2]", null)]
    [InlineData("X:float W:T=floating...", "float[2] double[2] double[2] float[2]", "input 3 (W): expected float64, the type of input 1, got float32. Cast one of them.")]
    [InlineData("X:float W:float...", "float[2] float[2] double[2]", "input 2 (W): expected one of float32, got float64. Cast the input.")]
    [InlineData("X:float", "float[2] double[2]", null)]
    [InlineData("X:float W:float", "float[2]", null)]
    public void Check_StatedTypes_HoldsThemAgainstTheRules(string text, string inputs, string? error)
    {
        InputRules rules = text;
        var context = new StatedInputs(inputs);
        if (error is null)
        {
            rules.Check(context);
        }
        else
        {
            Assert.Equal("node 'n' (Test): " + error, Assert.Throws<ModelLoadException>(() => rules.Check(context)).Message);
        }
    }

    [Fact]
    public void Check_MoreDimensionsThanKernelsWalk_IsRefused()
    {
        InputRules rules = "X:float";
        rules.Check(new StatedInputs($"float[{string.Join(",", Enumerable.Repeat("1", ShapeMath.MaxRank))}]"));
        var context = new StatedInputs($"float[{string.Join(",", Enumerable.Repeat("1", ShapeMath.MaxRank + 1))}]");
        Assert.Equal(
            $"node 'n' (Test): input 0 (X): expected a rank of at most {ShapeMath.MaxRank}, got {ShapeMath.MaxRank + 1}.",
            Assert.Throws<ModelLoadException>(() => rules.Check(context)).Message);
    }

    /// <summary>Inputs of which the types are stated: <c>float[2,?]</c>, <c>float[...]</c>, <c>unknown[2]</c>, <c>seq</c>, <c>-</c> for none.</summary>
    private sealed class StatedInputs(string text) : InferContext
    {
        private readonly ModelValueType?[] _types = [.. text.Split(' ').Select(Read)];

        public override Node Node { get; } = new("n", "", "Test", 1);

        public override int InputCount => _types.Length;

        public override int OutputCount => 0;

        public override bool HasInput(int index) => index < _types.Length && _types[index] is not null;

        public override ModelValueType? InputValueType(int index) => index < _types.Length ? _types[index] : null;

        public override Tensor? InputConstant(int index) => null;

        public override Dimension[]? InputShapeData(int index) => null;

        public override void SetOutput(int index, ModelValueType type) => throw new NotSupportedException();

        public override void SetOutputShapeData(int index, Dimension[] data) => throw new NotSupportedException();

        public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes) => throw new NotSupportedException();

        private static ModelValueType? Read(string word)
        {
            if (word == "-")
            {
                return null;
            }

            if (word == "seq")
            {
                return ModelValueType.Sequence(ModelValueType.Tensor(ElementType.Float32));
            }

            int bracket = word.IndexOf('[');
            ElementType type = word[..bracket] switch { "float" => ElementType.Float32, "double" => ElementType.Float64, _ => ElementType.Undefined };
            string shape = word[(bracket + 1)..^1];
            return ModelValueType.Tensor(type, shape == "..." ? null : [.. shape.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => d == "?" ? Dimension.Unknown : Dimension.Fixed(long.Parse(d)))]);
        }
    }
}
