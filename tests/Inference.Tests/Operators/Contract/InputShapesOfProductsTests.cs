using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Contract;

/// <summary>
/// Sound nodes of attention, quantization, integer and matrix products, and one input at a time of another shape: refused with an error that names the input, before any kernel runs.
/// </summary>
public sealed class InputShapesOfProductsTests
{
    private const string Microsoft = "com.microsoft";

    private static readonly Dictionary<string, Case> s_cases = new()
    {
        ["Attention"] = new("Attention", "", "f32 2,4,3,8; f32 2,2,5,8; f32 2,2,5,6; f32 1,1,3,7; f32 2,2,2,8; f32 2,2,2,6; -", 3),
        ["Attention seqlen"] = new("Attention", "", "f32 2,4,3,8; f32 2,2,5,8; f32 2,2,5,6; -; -; -; i64 2", 1),
        ["RotaryEmbedding"] = new("RotaryEmbedding", "", "f32 2,4,3,8; f32 50,4; f32 50,4; i64 2,3", 1),
        ["RotaryEmbedding unplaced"] = new("RotaryEmbedding", "", "f32 2,4,3,8; f32 2,3,4; f32 2,3,4", 1),
        ["CausalConvWithState"] = new("CausalConvWithState", "", "f32 2,3,7; f32 3,1,4; f32 3; f32 2,3,3", 2, Opset: 27),
        ["LinearAttention"] = new("LinearAttention", "", "f32 2,3,8; f32 2,3,4; f32 2,3,6; f32 2,1,4,6; f32 2,3,4; f32 2,3,1", 2, [("q_num_heads", 2L), ("kv_num_heads", 1L)], 27),
        ["ContribAttention"] = new("Attention", Microsoft, "f32 2,3,8; f32 8,24; f32 24; i32 2,5; f32 2,2,2,2,4; f32 2,1,3,5", 2, [("num_heads", 2L)]),
        ["MultiHeadAttention"] = new("MultiHeadAttention", Microsoft, "f32 2,3,8; f32 2,5,8; f32 2,5,12; f32 28; i32 2,7; f32 1,2,3,7; f32 2,2,2,4; f32 2,2,2,6", 3, [("num_heads", 2L)]),
        ["MultiHeadAttention by heads"] = new("MultiHeadAttention", Microsoft, "f32 2,3,8; f32 2,2,5,4; f32 2,2,5,6; f32 28; i32 2", 1, [("num_heads", 2L)]),
        ["QAttention"] = new("QAttention", Microsoft, "u8 2,3,8; i8 8,24; f32 24; f32 ; f32 24; i32 2,5; u8 ; i8 24; f32 2,2,2,2,4", 2, [("num_heads", 2L)]),
        ["DynamicQuantizeMatMul"] = new("DynamicQuantizeMatMul", Microsoft, "f32 4,8; i8 8,6; f32 6; i8 6; f32 6", 1),
        ["MatMulIntegerToFloat"] = new("MatMulIntegerToFloat", Microsoft, "u8 2,4,8; i8 2,8,6; f32 ; f32 2,1,6; u8 4; i8 2,1,6; f32 6", 1),
        ["GatherBlockQuantized"] = new("GatherBlockQuantized", Microsoft, "u8 4,16; i64 2; f32 4,2; u8 4,1", 1, [("block_size", 16L)]),
        ["MatMulNBits"] = new("MatMulNBits", Microsoft, "f32 3,40; u8 5,3,8; f32 15; u8 10; i32 40; f32 5", 1, [("K", 40L), ("N", 5L), ("block_size", 16L)]),
        ["MoE"] = new("MoE", Microsoft, "f32 3,4; f32 3,2; f32 2,5,4; f32 2,5; f32 2,4,5; f32 2,4; f32 2,5,4; f32 2,5", 1),
        ["QMoE"] = new("QMoE", Microsoft, "f32 3,4; f32 3,2; u8 2,6,2; f32 2,6; f32 2,6; u8 2,4,3; f32 2,4; f32 2,4; -; -; -; u8 2,3; u8 2,2; -; f32 3,2", 1),
        ["MRotaryEmbedding"] = new("MRotaryEmbedding", Microsoft, "f32 2,3,4,8; i64 3,2,4; f32 50,4; f32 50,4", 1, [("mrope_section", new long[] { 1, 2, 1 })]),
        ["QGemm"] = new("QGemm", Microsoft, "u8 4,8; f32 ; u8 ; i8 8,6; f32 6; i8 6; i32 4,6; f32 ; u8 ", 1),
        ["QLinearConcat"] = new("QLinearConcat", Microsoft, "f32 ; u8 ; u8 2,3; f32 ; u8 ; u8 2,4; f32 ; u8 ", 1, [("axis", 1L)]),
        ["MatMulInteger"] = new("MatMulInteger", "", "u8 2,4,8; i8 8,6; u8 2,4,1; i8 6", 1),
        ["QLinearMatMul"] = new("QLinearMatMul", "", "u8 2,4,8; f32 4; u8 4; i8 2,8,6; f32 2,1,6; i8 2,1,6; f32 4; u8 4", 1),
        ["QLinearConv"] = new("QLinearConv", "", "u8 1,4,6,7; f32 ; u8 ; i8 6,2,3,3; f32 6; i8 6; f32 ; u8 ; i32 6", 1, [("group", 2L)]),
        ["ConvInteger"] = new("ConvInteger", "", "u8 1,4,6,7; i8 6,2,3,3; u8 ; i8 6", 1, [("group", 2L)]),
        ["DequantizeLinear"] = new("DequantizeLinear", "", "u8 2,6,4; f32 6; u8 6", 1),
        ["DequantizeLinear in blocks"] = new("DequantizeLinear", "", "u8 2,6,4; f32 2,3,4; u8 2,3,4", 1, [("block_size", 2L)]),
        ["QuantizeLinear"] = new("QuantizeLinear", "", "f32 2,6,4; f32 6; u8 6", 1),
        ["Gemm"] = new("Gemm", "", "f32 4,8; f32 8,6; f32 1,6", 1),
        ["MatMul"] = new("MatMul", "", "f32 2,1,4,8; f32 3,8,6", 1),
        ["Det"] = new("Det", "", "f32 2,3,3", 1),
    };

    public static TheoryData<string> Sound => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Sound))]
    public void Infer_SoundShapes_StatesOutputs(string name) => Assert.NotNull(s_cases[name].Infer(-1, "")[0]);

    [Theory]
    [InlineData("Attention", 3, "1,1,3,8|2,4,2,7|1,1,1,1,7|3,1,3,7")]
    [InlineData("Attention", 4, "2,2,2,7|2,1,2,8|2,2,3,8|1,2,2,8|2,2,8")]
    [InlineData("Attention", 5, "2,2,2,5|2,2,1,6|2,4,2,6")]
    [InlineData("Attention seqlen", 6, "1|3|2,1|")]
    [InlineData("RotaryEmbedding", 1, "50,3|50|2,3,4")]
    [InlineData("RotaryEmbedding", 2, "50,3|49,4|4")]
    [InlineData("RotaryEmbedding", 3, "2,2|1,3|2|2,4")]
    [InlineData("RotaryEmbedding unplaced", 1, "6,4|2,2,4|1,3,4|2,3,3")]
    [InlineData("CausalConvWithState", 1, "2,1,4|3,2,4|3,4|3,1,0")]
    [InlineData("CausalConvWithState", 2, "2|4|3,1|")]
    [InlineData("CausalConvWithState", 3, "2,3,2|2,3,4|1,3,3|2,2,3")]
    [InlineData("LinearAttention", 1, "2,3,5|2,2,4|1,3,4")]
    [InlineData("LinearAttention", 3, "2,1,4,5|2,2,4,6|1,1,4,6|2,1,3,6")]
    [InlineData("LinearAttention", 4, "2,3,3|2,2,4|2,3")]
    [InlineData("LinearAttention", 5, "2,3,2|2,2,1|2,3,0")]
    [InlineData("ContribAttention", 2, "23|25|")]
    [InlineData("ContribAttention", 3, "2,4|3|1,5|2,2,5|2,2,5,5|2,1,4,5|2,1,5,4|")]
    [InlineData("ContribAttention", 4, "2,2,2,2,3|2,2,1,2,4|1,2,2,2,4|2,2,2,4")]
    [InlineData("ContribAttention", 5, "2,1,2,5|3,1,3,5|2,1,3,4|2,3,3,5")]
    [InlineData("MultiHeadAttention", 2, "2,4,12|2,5,11|1,5,12|2,2,5,6")]
    [InlineData("MultiHeadAttention", 3, "27|8|29")]
    [InlineData("MultiHeadAttention", 4, "2,6|3|1,7|2,2,7|2,1,4,7")]
    [InlineData("MultiHeadAttention", 5, "1,2,2,7|1,2,3,6|1,3,3,7|3,2,3,7")]
    [InlineData("MultiHeadAttention", 6, "2,2,2,3|2,1,2,4|2,2,3,4")]
    [InlineData("MultiHeadAttention", 7, "2,2,2,5|2,2,1,6")]
    [InlineData("MultiHeadAttention by heads", 3, "8|16|27")]
    [InlineData("MultiHeadAttention by heads", 1, "2,2,5,3|2,1,5,4|1,2,5,4")]
    [InlineData("QAttention", 2, "23|")]
    [InlineData("QAttention", 4, "23|25|0")]
    [InlineData("QAttention", 7, "23|8|0")]
    [InlineData("QAttention", 8, "2,2,2,2,3|2,2,3,2,4|1,2,2,2,4|2,1,2,2,4")]
    [InlineData("DynamicQuantizeMatMul", 2, "5|7|8|0|2,1,6")]
    [InlineData("DynamicQuantizeMatMul", 3, "5|8|0")]
    [InlineData("DynamicQuantizeMatMul", 4, "5|7|1|")]
    [InlineData("MatMulIntegerToFloat", 3, "5|1,1,6|2,2,6|2,6")]
    [InlineData("MatMulIntegerToFloat", 4, "3|2,4|2,1,4")]
    [InlineData("MatMulIntegerToFloat", 5, "5|12|3,1,6")]
    [InlineData("MatMulIntegerToFloat", 6, "5|0|2,1,6")]
    [InlineData("GatherBlockQuantized", 2, "4,1|3,2|8|4,2,1")]
    [InlineData("GatherBlockQuantized", 3, "4,2|3,1|4")]
    [InlineData("MatMulNBits", 0, "3,39|3,41")]
    [InlineData("MatMulNBits", 1, "5,3,7|4,3,8|0")]
    [InlineData("MatMulNBits", 2, "14|16")]
    [InlineData("MatMulNBits", 3, "9|15")]
    [InlineData("MatMulNBits", 4, "39|3")]
    [InlineData("MatMulNBits", 5, "4|1|6|0")]
    [InlineData("QGemm", 4, "5|7|0")]
    [InlineData("QGemm", 5, "5|4|0")]
    [InlineData("QGemm", 6, "5|4,5|3,6|2,4,6|4")]
    [InlineData("QLinearConcat", 3, "2|0")]
    [InlineData("QLinearConcat", 4, "3")]
    [InlineData("MatMulInteger", 2, "3|8|2,8,1|1,4,1|4,2")]
    [InlineData("MatMulInteger", 3, "5|8|2,1,6|1,5")]
    [InlineData("QLinearMatMul", 1, "3|6|1,4,1")]
    [InlineData("QLinearMatMul", 5, "5|8|1,1,6")]
    [InlineData("QLinearMatMul", 6, "3|6|1,4,1")]
    [InlineData("QLinearMatMul", 7, "2|0")]
    [InlineData("QLinearConv", 3, "6,1,3,3|6,2,3|5,2,3,3|6,4,3,3")]
    [InlineData("QLinearConv", 4, "5|2|0|6,1")]
    [InlineData("QLinearConv", 5, "5|7|0")]
    [InlineData("QLinearConv", 8, "5|1|7|0|")]
    [InlineData("ConvInteger", 3, "5|4|0|6,1")]
    [InlineData("DequantizeLinear", 1, "5|4|2,6|0")]
    [InlineData("DequantizeLinear", 2, "5|7|0|6,2")]
    [InlineData("DequantizeLinear in blocks", 1, "2,2,4|2,3|2,3,3|6")]
    [InlineData("DequantizeLinear in blocks", 2, "2,2,4|2,3|12|0")]
    [InlineData("QuantizeLinear", 2, "5|0|2")]
    [InlineData("Gemm", 2, "5|3,6|4,5|1,1,6|2,4,6")]
    [InlineData("MatMul", 1, "3,7,6|7|5,2,8,6,1")]
    [InlineData("Det", 0, "2,3,4|3|2,3,0")]
    public void Infer_OtherShape_NamesWhatWasExpected(string name, int input, string shapes)
    {
        foreach (string shape in shapes.Split('|'))
        {
            ModelLoadException error = Assert.Throws<ModelLoadException>(() => s_cases[name].Infer(input, shape));
            Assert.Contains("expected", error.Message, StringComparison.Ordinal);
            Assert.Contains("got", error.Message, StringComparison.Ordinal);
        }
    }

    private sealed record Case(string OpType, string Domain, string Inputs, int Outputs, (string Name, object Value)[]? Attributes = null, long Opset = NewestOpset)
    {
        public ModelValueType?[] Infer(int changed, string shape)
        {
            string[] words = Inputs.Split(';');
            ModelValueType?[] types = [.. words.Select((word, i) => Read(word[(i == 0 ? 0 : 1)..], i == changed ? shape : null))];
            return OperatorHarness.Infer(OpType, types, Attributes, Outputs, Domain == Microsoft ? 1 : Opset, Domain);
        }

        private static ModelValueType? Read(string word, string? shape)
        {
            string[] parts = word.Split(' ', 2);
            ElementType type = parts[0] switch
            {
                "f32" => ElementType.Float32,
                "u8" => ElementType.UInt8,
                "i8" => ElementType.Int8,
                "i32" => ElementType.Int32,
                "i64" => ElementType.Int64,
                _ => ElementType.Undefined,
            };
            return type == ElementType.Undefined ? null
                : ModelValueType.Tensor(type, Shapes.Fixed([.. (shape ?? parts[1]).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)]));
        }
    }
}
