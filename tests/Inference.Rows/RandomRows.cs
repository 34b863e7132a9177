using Inference.Rows.Generation;

namespace Inference.Rows;

/// <summary>Compares what is proved of random models with what running them shows.</summary>
internal sealed class RandomRows
{
    private int _ran;
    private int _independent;
    private int _proved;
    private int _false;
    private int _falseTried;
    private int _lost;

    /// <summary>Tries models by seed and prints the sums; 1 where one is claimed whose rows depend on each other.</summary>
    public int Run(int count, int seed)
    {
        for (int i = 0; i < count; i++)
        {
            Try(seed + i);
        }

        Console.WriteLine($"{count} models, {_ran} ran; rows independent in {_independent}, of which {_proved - _false} proved ({_lost} of them contradicted by the trial); false claims: {_false} proved, {_falseTried} after the trial");
        return _false == 0 && _falseTried == 0 && _lost == 0 ? 0 : 1;
    }

    private void Try(int seed)
    {
        RandomModel model = RandomModel.Make(seed);
        try
        {
            byte[] file = model.ToArray();
            using IModelRunner proved = ModelRunner.Load(ModelSource.Bytes(file), new ModelLoadOptions { VerifyRowIndependence = false });
            if (RowOracle.IsIndependent(proved) is not { } independent)
            {
                return;
            }

            _ran++;
            _independent += independent ? 1 : 0;
            bool claimed = proved.Info.RowIndependent;
            _proved += claimed ? 1 : 0;
            using IModelRunner tried = ModelRunner.Load(ModelSource.Bytes(file));
            _falseTried += tried.Info.RowIndependent && !independent ? 1 : 0;
            _lost += claimed && independent && !tried.Info.RowIndependent ? 1 : 0;
            if (claimed && !independent)
            {
                _false++;
                Console.WriteLine($"FALSE seed {seed}: {string.Join(" ", model.Operators)}");
            }
        }
        catch (InferenceException exception)
        {
            Console.WriteLine($"refused seed {seed}: {exception.Message}");
        }
    }
}
