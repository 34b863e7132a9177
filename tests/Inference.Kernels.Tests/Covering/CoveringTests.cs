using System.Reflection;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Tests.Covering;

public sealed class CoveringTests
{
    private static CoversAttribute[] Covered => [.. typeof(CoveringTests).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<CoversAttribute>())];

    [Fact]
    public void Inventory_EveryFamily_HasACoveringArray() =>
        Assert.Empty(KernelInventory.List().Select(k => k.Family).Distinct().Except(Covered.SelectMany(c => c.Families)));

    /// <summary>A class of kernels is one of <c>Inference.Kernels</c> that offers a run.</summary>
    [Fact]
    public void Assembly_EveryClassThatRuns_HasACoveringArray() =>
        Assert.Empty(
            typeof(KernelInventory).Assembly.GetTypes()
                .Where(t => t.IsPublic && t.IsClass && t.Namespace != typeof(KernelControl).Namespace)
                .Where(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Any(m => m.GetParameters().Any(p => p.ParameterType.IsPointer)))
                .Where(t => !t.Name.EndsWith("Matrix", StringComparison.Ordinal))
                .Except(Covered.Select(c => c.Type)).Select(t => t.Name));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Rows_ManyOptions_HoldEveryCombination(int strength)
    {
        int[] counts = [2, 3, 4, 2, 5, 3, 2];
        List<int[]> rows = new CoveringArray(counts, new bool[counts.Sum() * counts.Sum()], strength).Rows();
        for (int a = 0; a < counts.Length; a++)
        {
            for (int b = a + 1; b < counts.Length; b++)
            {
                Assert.Equal(counts[a] * counts[b], rows.Select(r => (r[a], r[b])).Distinct().Count());
                for (int c = b + 1; strength == 3 && c < counts.Length; c++)
                {
                    Assert.Equal(counts[a] * counts[b] * counts[c], rows.Select(r => (r[a], r[b], r[c])).Distinct().Count());
                }
            }
        }

        Assert.InRange(rows.Count, strength == 2 ? 20 : 60, strength == 2 ? 30 : 100);
    }

    [Fact]
    public void Run_ForbiddenPairs_NeverOccurAndTheRestDo()
    {
        var space = new OptionSpace("sample");
        Option<int> a = space.Add("a", 1, 2, 3, 3);
        Option<bool> b = space.Add("b", false, true);
        Option<string> c = space.Add("c", "x", "y");
        space.Forbid(a, v => v == 2, b, v => v);
        space.Forbid(a, v => v == 2, c, v => v == "y");
        // With b false, c is x: so 3 goes with y only where b is true, and 2 with nothing but (false, x).
        space.Forbid(b, v => !v, c, v => v == "y");
        var seen = new List<(int, bool, string)>();
        space.Run(null, _ => seen.Add((a.Value, b.Value, c.Value)));
        Assert.DoesNotContain(seen, s => s.Item1 == 2 && (s.Item2 || s.Item3 == "y"));
        Assert.Contains((3, true, "y"), seen);
        Assert.DoesNotContain((3, false, "y"), seen);
    }

    [Fact]
    public void Run_OptionNobodyReads_FailsAndNamesIt()
    {
        var space = new OptionSpace("sample");
        Option<int> a = space.Add("a", 1, 2);
        space.Add("unread", 1, 2);
        Assert.Contains("a 1 with unread 1", Assert.ThrowsAny<Exception>(() => space.Run(null, _ => Assert.NotEqual(0, a.Value))).Message, StringComparison.Ordinal);
    }
}
