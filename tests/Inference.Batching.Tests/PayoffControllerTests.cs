using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

public class PayoffControllerTests
{
    [Theory]
    [InlineData(1, 64, true)]
    [InlineData(1, 1.05, true)]
    [InlineData(1, 1, true)]
    [InlineData(1, 0.97, true)]
    [InlineData(1, 0.9, false)]
    [InlineData(10, 1, false)]
    public void Load_BatchingPaysOrNot_TheBetterWayIsTaken(double direct, double batched, bool aside)
    {
        var load = new Load(direct, batched);
        load.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(aside, load.Payoff.SteppedAside);
        Assert.InRange(load.LastGain, 0.99 * direct / batched, 1.01 * direct / batched);
    }

    [Theory]
    [InlineData(0.005, 0.02)]
    [InlineData(0.1, 0.15)]
    [InlineData(2, 6)]
    [InlineData(15, 30)]
    [InlineData(200, 400)]
    public void Load_BatchingCostsMore_StepsAsideWithinFewCalls(double direct, double batched)
    {
        var load = new Load(direct, batched);
        load.Payoff.RanAlone(TimeSpan.FromMilliseconds(2 * direct).Ticks, 1);
        load.RunUntil(() => load.Payoff.SteppedAside);

        // 64 callers; a batch is not taken back once it runs.
        Assert.InRange(load.Rows, 1, Math.Max(4 * 64, 0.2 / (direct / 1000)));
    }

    [Theory]
    [InlineData(0.05, 0.15)]
    [InlineData(0.2, 0.21)]
    [InlineData(5, 10)]
    [InlineData(50, 20)]
    [InlineData(1, 1)]
    public void Load_LongRun_ProbesLoseUnderThreePercent(double direct, double batched)
    {
        var load = new Load(direct, batched);
        load.Payoff.RanAlone(TimeSpan.FromMilliseconds(direct).Ticks, 1);
        load.Run(TimeSpan.FromSeconds(30));
        int before = load.Rows;
        TimeSpan start = load.Elapsed;
        load.Run(TimeSpan.FromMinutes(3));
        double best = (load.Elapsed - start).TotalMilliseconds / Math.Min(direct, batched);
        Assert.InRange((load.Rows - before) / best, 0.97, 1.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Load_NoisyMachine_NeverSettlesOnWhatCostsATenthMore(int seed)
    {
        var load = new Load(1, 1.12) { Noise = new Random(seed) };
        load.Run(TimeSpan.FromSeconds(10));
        int wrong = 0;
        for (int i = 0; i < 100; i++)
        {
            load.Run(TimeSpan.FromSeconds(1));
            wrong += load.Payoff.SteppedAside ? 0 : 1;
        }

        Assert.Equal(0, wrong);
    }

    // What the windows say of calls of a microsecond is off by what counting them takes, and by noise.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Load_BatchingAddsMoreThanItSaves_IsLeftOutWhateverTheWindowsSay(int seed)
    {
        var load = new Load(0.05, 0.044) { Noise = new Random(seed), Costs = (0.05, 0.04, 0.0075) };
        load.RunUntil(() => load.Payoff.SteppedAside);
        for (int i = 0; i < 200; i++)
        {
            load.Run(TimeSpan.FromSeconds(1));
            Assert.True(load.Payoff.SteppedAside);
        }
    }

    // Fixed 200: more than the batch's share of a call and the ways in and back, and to come back half as much again. Where no way was timed, the share counts twice.
    [Theory]
    [InlineData(0.09, 0, false, false)]
    [InlineData(0.11, 0, false, true)]
    [InlineData(0.06, 0, true, false)]
    [InlineData(0.07, 0, true, true)]
    [InlineData(0.1, 45, false, false)]
    [InlineData(0.1, 55, false, true)]
    [InlineData(0.1, 15, true, false)]
    [InlineData(0.1, 20, true, true)]
    public void Costs_DecideWithHysteresis(double share, int entry, bool isAside, bool cannotPay)
    {
        double added = entry == 0 ? share * 2000 : (share * 1000) + (2 * entry);
        var costs = new CostEstimate();
        for (int i = 0; i < 8; i++)
        {
            Assert.False(costs.CannotPay(isAside));
            costs.RanAlone(1000 + (100 * i), 1);
            costs.RanAlone(500, 2);
            costs.Batched(10, 10, 8000 + i, (long)(share * 10_000) + i);
            if (entry > 0)
            {
                costs.Entered(entry + i);
            }
        }

        Assert.Equal((200, added), (costs.Fixed, costs.Added), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-6 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
        Assert.Equal(cannotPay, costs.CannotPay(isAside));
        costs.Reset();
        Assert.False(costs.CannotPay(isAside));
    }

    [Fact]
    public void Load_Changes_GoesBackAndForth()
    {
        var load = new Load(1, 5);
        load.Run(TimeSpan.FromSeconds(20));
        Assert.True(load.Payoff.SteppedAside);
        (load.Direct, load.Batched) = (5, 1);
        load.Run(TimeSpan.FromSeconds(400));
        Assert.False(load.Payoff.SteppedAside);
        (load.Direct, load.Batched) = (1, 5);
        load.Run(TimeSpan.FromSeconds(400));
        Assert.True(load.Payoff.SteppedAside);
    }

    [Fact]
    public void SteppedAside_UntilTheNextProbe_CallsNeedNoCounting()
    {
        var load = new Load(1, 5);
        load.RunUntil(() => load.Payoff.SteppedAside);
        Assert.True(load.Payoff.Bypass);
        load.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.False(load.Payoff.Bypass);
        Assert.True(load.Payoff.Direct);
    }

    [Fact]
    public void SteppedAside_SwitchedOffByOptions_Batches()
    {
        var load = new Load(1, 5);
        load.RunUntil(() => load.Payoff.SteppedAside);
        load.Payoff.Enabled = false;
        Assert.False(load.Payoff.Bypass || load.Payoff.Direct || load.Payoff.SteppedAside);
        load.Run(TimeSpan.FromSeconds(10));
        Assert.False(load.Payoff.SteppedAside);
        load.Payoff.Enabled = true;
        load.Run(TimeSpan.FromSeconds(10));
        Assert.True(load.Payoff.SteppedAside);
    }

    [Fact]
    public void Trial_SlowModel_KeepsBatchesSmallUntilTheyPay()
    {
        var load = new Load(50, 10);
        load.Payoff.RanAlone(TimeSpan.FromMilliseconds(50).Ticks, 1);
        Assert.Equal(16, load.Payoff.TrialRows);
        load.Run(TimeSpan.FromSeconds(60));
        Assert.False(load.Payoff.SteppedAside);
        Assert.Equal(int.MaxValue, load.Payoff.TrialRows);
    }

    [Fact]
    public void LoneCaller_NeverProbes()
    {
        var clock = new FakeTimeProvider();
        var payoff = new PayoffController(clock, (_, _) => Assert.Fail("probed"));
        for (int i = 0; i < 10_000; i++)
        {
            payoff.Enter();
            clock.Advance(TimeSpan.FromMilliseconds(1));
            payoff.Exit(payoff.Direct, 1, 1);
            Assert.False(payoff.Direct);
        }
    }

    [Fact]
    public void LoadGoesAwayInAProbe_KeepsTheWayItHad()
    {
        var load = new Load(1, 1);
        load.RunUntil(() => load.Payoff.Direct);
        load.Stop();
        load.Clock.Advance(TimeSpan.FromHours(1));
        load.Payoff.Enter();
        load.Payoff.Exit(load.Payoff.Direct, 1, 1);
        Assert.False(load.Payoff.Direct || load.Payoff.SteppedAside);
    }

    /// <summary>64 callers in a closed loop; times per row in milliseconds.</summary>
    private sealed class Load
    {
        private const int Callers = 64;
        private readonly Queue<int> _queued = new();
        private int _counted;

        public Load(double direct, double batched)
        {
            Direct = direct;
            Batched = batched;
            Payoff = new PayoffController(Clock, (_, gain) => LastGain = gain);
            for (int i = 0; i < Callers; i++)
            {
                Come();
            }
        }

        public FakeTimeProvider Clock { get; } = new();

        public PayoffController Payoff { get; }

        public double Direct { get; set; }

        public double Batched { get; set; }

        public Random? Noise { get; init; }

        /// <summary>A run of one row, a row of a batch, and the batch's share of a call, milliseconds; zeros are not told.</summary>
        public (double Alone, double Row, double Share) Costs { get; init; }

        public double LastGain { get; private set; }

        public int Rows { get; private set; }

        public TimeSpan Elapsed { get; private set; }

        public void Run(TimeSpan time)
        {
            TimeSpan end = Elapsed + time;
            RunUntil(() => Elapsed >= end);
        }

        public void RunUntil(Func<bool> over)
        {
            while (!over())
            {
                Step();
            }
        }

        public void Stop() => Payoff.Leave(_counted);

        private static long Ticks(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds).Ticks;

        // The way is chosen when a call comes, as in the runner: 0 past batching, 1 past it and counted, 2 batched.
        private void Come()
        {
            int way = Payoff.Bypass ? 0 : Payoff.Direct ? 1 : 2;
            if (way > 0)
            {
                Payoff.Enter();
                _counted++;
            }

            _queued.Enqueue(way);
        }

        private void Step()
        {
            int way = _queued.Dequeue();
            int calls = 1;
            while (way == 2 && calls < Math.Min(Payoff.TrialRows, Callers) && _queued.TryPeek(out int next) && next == 2)
            {
                _queued.Dequeue();
                calls++;
            }

            double noise = Noise is null ? 1 : Math.Exp(0.15 * (Noise.NextDouble() + Noise.NextDouble() + Noise.NextDouble() - 1.5) * 2);
            TimeSpan took = TimeSpan.FromMilliseconds((way == 2 ? Batched : Direct) * calls * noise);
            Clock.Advance(took);
            Elapsed += took;
            Rows += calls;
            if (calls > 1 && Costs.Share > 0)
            {
                Payoff.RanBatch(calls, calls, Ticks(Costs.Row * calls * noise), Ticks(Costs.Share * calls * noise));
            }
            else if (way == 1 && Costs.Share > 0)
            {
                Payoff.RanAlone(Ticks(Costs.Alone * noise), 1);
            }

            if (way > 0)
            {
                _counted -= calls;
                Payoff.Exit(way == 1, calls, calls);
            }

            for (int i = 0; i < calls; i++)
            {
                Come();
            }
        }
    }
}
