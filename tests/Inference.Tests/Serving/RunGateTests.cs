using Inference.Serving;

namespace Inference.Tests.Serving;

public sealed class RunGateTests
{
    private int _made;
    private int _released;

    [Fact]
    public void Enter_OneAfterAnother_HandsOutTheSame()
    {
        RunGate gate = Make();
        object first = gate.Enter();
        gate.Exit(first);
        Assert.Same(first, gate.Enter());
        Assert.Equal(1, _made);
    }

    [Fact]
    public void Enter_BesideAnother_HandsOutAnotherThatIsKept()
    {
        RunGate gate = Make();
        object first = gate.Enter();
        object second = gate.Enter();
        Assert.NotSame(first, second);
        gate.Exit(second);
        Assert.Same(second, gate.Enter());
        Assert.Equal(2, _made);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_WhileTwoRun_ReleasesAfterTheLast(bool firstOutFirst)
    {
        RunGate gate = Make();
        object[] calls = [gate.Enter(), gate.Enter()];
        gate.Close();
        Assert.Throws<ObjectDisposedException>(gate.Enter);
        gate.Exit(calls[firstOutFirst ? 0 : 1]);
        Assert.Throws<ObjectDisposedException>(gate.Enter);
        Assert.Equal(0, _released);
        gate.Exit(calls[firstOutFirst ? 1 : 0]);
        Assert.Equal(1, _released);
        gate.Close();
        Assert.Throws<ObjectDisposedException>(gate.Enter);
        Assert.Throws<ObjectDisposedException>(gate.Hold);
        Assert.Equal(1, _released);
    }

    [Fact]
    public void Close_WhileHeld_ReleasesWhenDropped()
    {
        RunGate gate = Make();
        gate.Hold();
        gate.Close();
        Assert.Equal(0, _released);
        gate.Drop();
        Assert.Equal(1, _released);
    }

    /// <summary>Threads enter and leave as fast as they can while one closes: nothing runs after the release, nothing enters after the closing, and the release comes once.</summary>
    [Fact]
    public void Close_AtAnyMoment_ReleasesOnceAndAfterAll()
    {
        for (int round = 0; round < 2000; round++)
        {
            _released = 0;
            RunGate gate = Make();
            int closed = 0;
            int wrong = 0;
            using var start = new Barrier(4);
            Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                while (true)
                {
                    bool before = Volatile.Read(ref closed) != 0;
                    try
                    {
                        object call = gate.Enter();
                        wrong += before || Volatile.Read(ref _released) != 0 ? 1 : 0;
                        gate.Exit(call);
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            start.SignalAndWait();
            Thread.SpinWait(round);
            gate.Close();
            Volatile.Write(ref closed, 1);
            Array.ForEach(threads, t => t.Join());
            Assert.Equal((0, 1), (wrong, _released));
        }
    }

    private RunGate Make() => new(
        "model",
        () =>
        {
            _made++;
            return new object();
        },
        () => Interlocked.Increment(ref _released));
}
