using Inference.TestSupport;
using Inference.Tests.Support;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Splitting;

public sealed class SharedModelSplitTests
{
    /// <summary>Every model, each of its inputs: the parts one after the other give what the whole gives.</summary>
    [SharedDataFact("models")]
    public void Split_EveryModelByEachInput_EqualsTheWhole()
    {
        int cuts = 0;
        foreach (string folder in Directory.GetDirectories(TestData.Path("models")))
        {
            string name = Path.GetFileName(folder);
            if (!File.Exists(Path.Combine(folder, "model.onnx")) || !File.Exists(Path.Combine(folder, "test_data_set_0", "input_1.pb")))
            {
                continue;
            }

            using IModelRunner whole = SharedModel.Load(name);
            using NamedValues inputs = SharedModel.Inputs(whole, name);
            using NamedValues expected = whole.Run(inputs);
            IModelSplitter splitter = whole.GetService<IModelSplitter>()!;
            foreach (ModelPort port in whole.Info.Inputs)
            {
                using ModelSplit? split = splitter.Split([port.Name]);
                if (split is null)
                {
                    continue;
                }

                cuts++;
                using NamedValues actual = SplitRun.Run(split, inputs);
                SplitRun.AssertSame(expected, actual, $"{name} by {port.Name}");
            }
        }

        Assert.NotEqual(0, cuts);
    }

    [SharedDataTheory("models")]
    [InlineData("adult_wide_deep", "categorical")]
    [InlineData("adult_wide_deep", "numeric")]
    [InlineData("ncf_movielens", "user")]
    [InlineData("ncf_movielens", "item")]
    public void Split_RowIndependentModel_ProvesBothParts(string name, string input)
    {
        using IModelRunner whole = SharedModel.Load(name);
        using ModelSplit split = whole.GetService<IModelSplitter>()!.Split([input])!;
        Assert.Equal([input], split.Branch.Info.Inputs.Select(i => i.Name));
        Assert.All([split.Branch.Info, split.Rest.Info], info => Assert.True(info is { BatchAxis: 0, RowIndependent: true, Deterministic: true }, info.Name));
        Assert.Equal(3, new[] { whole.Info.Digest, split.Branch.Info.Digest, split.Rest.Info.Digest }.Distinct().Count());
    }
}
