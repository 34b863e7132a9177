using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>Bound runs of <see cref="FakeModel"/>, which write their output to the same memory in each run.</summary>
internal sealed class FakeBindable : IBindable
{
    /// <summary>Called by whoever reads an output, before it is returned.</summary>
    public Action OnRead { get; set; } = static () => { };

    public bool IsDisposed { get; private set; }

    public BoundRun Bind() => new FakeBoundRun(this);

    private sealed class FakeBoundRun(FakeBindable owner) : BoundRun
    {
        private TensorValue? _input;
        private float[] _memory = [];
        private TensorValue? _output;

        public override void SetInput(string name, TensorValue value) => _input = value.IsBorrowed ? value : value.Retain();

        public override void Run(CancellationToken cancellationToken = default)
        {
            using var inputs = new NamedValues { [FakeModel.Input] = _input!.Retain() };
            using NamedValues outputs = FakeModel.Compute(inputs);
            ReadOnlySpan<float> values = outputs[FakeModel.Output].AsSpan<float>();
            if (_memory.Length != values.Length)
            {
                _memory = new float[values.Length];
                _output = TensorValue.Borrow<float>(_memory, outputs[FakeModel.Output].Shape);
            }

            values.CopyTo(_memory);
        }

        public override ModelValue GetOutputValue(string name)
        {
            owner.OnRead();
            return _output!;
        }

        public override void Dispose() => owner.IsDisposed = true;
    }
}
