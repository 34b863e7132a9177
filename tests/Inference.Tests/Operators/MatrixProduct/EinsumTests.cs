using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.MatrixProduct;

/// <summary>Einsum against the sum over all labels, one product at a time.</summary>
public sealed class EinsumTests
{
    public static TheoryData<string> Equations => new(
        "bij,bjk->bik", "bhid,bhjd->bhij", "bqhd,bkhd->bhqk", "bhqk,bkhd->bqhd", "bchw,bc->bhw", "i,j->ij", "nkctv,kvw->nctw", "bij,kj->bik", "abc,abc->ab", "abc,abc->ac",
        "abc,abc->bc", "abc,abc->", "rhwij,rhwj->rhwi", "ii->i", "ii->", "iji->ji", "ij->ji", "ijk->kij", "bij->b", "bij->i", "bij->j", "bijk->bj", "bi,bj,bk->bijk", "abc,cd,de->abe",
        "ab,bc,cd,de->ae", "ij,ij->ij", "ij,ji->ij", "ij,j->i", "ij,i->j", "i,i->", "i,ij,j->", "ii,ij->j", "ijk,ijl->kl", "kij,lij->lk", "ijb,jkb->ikb", "aib,ajb->baij", "ij,kl->ijkl",
        "ij,kl->kilj", "ijk->ijk", "a,ab,abc->c", "ijkl,ijkl->jl", "->", "i,->i");

    [Theory]
    [MemberData(nameof(Equations))]
    public void Run_AnyEquation_EqualsTheSum(string equation)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);

            // Some labels of size 1, broadcast or not, some larger than a vector.
            int[] sizes = [.. Enumerable.Range(0, 128).Select(_ => random.Next(4) == 0 ? 1 : random.Next(2, equation.Length > 14 ? 6 : 20))];
            string[] operands = equation[..equation.IndexOf("->", StringComparison.Ordinal)].Split(',');
            long[][] shapes = [.. operands.Select(o => o.Select(c => o.Count(d => d == c) == 1 && random.Next(6) == 0 ? 1L : sizes[c]).ToArray())];
            long[][] values = [.. shapes.Select(s => Enumerable.Range(0, (int)s.Aggregate(1L, (a, b) => a * b)).Select(_ => (long)random.Next(-4, 5)).ToArray())];
            (long[] dims, long[] expected) = Formula(equation, operands, shapes, values);
            Check<float>(equation, shapes, values, dims, expected);
            Check<double>(equation, shapes, values, dims, expected);
            Check<int>(equation, shapes, values, dims, expected);
            Check<byte>(equation, shapes, values, dims, expected);
            Check<Half>(equation, shapes, values, dims, expected);
        }
    }

    [Fact]
    public void Run_SummedLabelOfSizeZero_GivesZeros() =>
        Same([0f, 0, 0, 0], [2, 2], Run("Einsum", [T(Array.Empty<float>(), 2, 0), T(Array.Empty<float>(), 0, 2)], ("equation", "ij,jk->ik")));

    // Small integers: exact in every type; bytes wrap.
    private static void Check<T>(string equation, long[][] shapes, long[][] values, long[] dims, long[] expected)
        where T : unmanaged, INumber<T>
    {
        EngineValue[] inputs = [.. shapes.Select((s, i) => Tensor.Create<T>(Array.ConvertAll(values[i], T.CreateTruncating), s))];
        Same(Array.ConvertAll(expected, v => typeof(T) == typeof(Half) ? (T)(object)(Half)v : T.CreateTruncating(v)), dims, Run("Einsum", inputs, ("equation", equation)));
    }

    private static (long[] Dims, long[] Sums) Formula(string equation, string[] operands, long[][] shapes, long[][] values)
    {
        string output = equation[(equation.IndexOf("->", StringComparison.Ordinal) + 2)..];
        string labels = string.Concat((output + string.Concat(operands)).Distinct());
        long[] sizes = [.. labels.Select(c => Enumerable.Range(0, operands.Length).SelectMany(i => operands[i].Select((d, k) => d == c ? shapes[i][k] : 1)).Max())];
        long[] dims = sizes[..output.Length];
        var sums = new long[dims.Aggregate(1L, (a, b) => a * b)];
        var index = new long[labels.Length];
        long total = sizes.Aggregate(1L, (a, b) => a * b);
        for (long n = 0; n < total; n++)
        {
            long rest = n;
            for (int i = labels.Length - 1; i >= 0; i--)
            {
                (rest, index[i]) = Math.DivRem(rest, sizes[i]);
            }

            long product = 1;
            for (int i = 0; i < operands.Length; i++)
            {
                long at = 0;
                for (int k = 0; k < operands[i].Length; k++)
                {
                    at = (at * shapes[i][k]) + (shapes[i][k] == 1 ? 0 : index[labels.IndexOf(operands[i][k], StringComparison.Ordinal)]);
                }

                product *= values[i][at];
            }

            long to = 0;
            for (int k = 0; k < output.Length; k++)
            {
                to = (to * sizes[k]) + index[k];
            }

            sums[to] += product;
        }

        return (dims, sums);
    }
}
