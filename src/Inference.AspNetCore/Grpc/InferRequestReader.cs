using System.Buffers;
using System.Runtime.InteropServices;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Grpc;

/// <summary>Reads a ModelInferRequest. Contents of tensors are copied once, into the tensors; the message itself is valid only while it is read.</summary>
internal ref struct InferRequestReader
{
    private readonly OpenInferenceLimits _limits;
    private readonly InferRequest _request;
    private readonly List<PendingInput> _inputs;
    private readonly List<ReadOnlySequence<byte>> _raw;

    private InferRequestReader(OpenInferenceLimits limits, InferRequest request)
    {
        _limits = limits;
        _request = request;
        _inputs = new(2);
        _raw = new(2);
    }

    /// <summary>Reads a message; the caller disposes the request.</summary>
    /// <exception cref="RequestFault">The message is malformed or exceeds a limit.</exception>
    public static InferRequest Read(in ReadOnlySequence<byte> message, OpenInferenceLimits limits)
    {
        var request = new InferRequest();
        try
        {
            var reader = new InferRequestReader(limits, request);
            reader.ReadFields(message);
            reader.ReadTensors();
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private readonly void ReadFields(in ReadOnlySequence<byte> message)
    {
        var fields = new WireReader(message);
        int parameters = 0;
        while (fields.TryReadField(out int number, out WireType type))
        {
            if (number is < 1 or > 7)
            {
                fields.Skip(type);
                continue;
            }

            WireReader.Expect(WireType.Bytes, type);
            switch (number)
            {
                case 1:
                    _request.ModelName = fields.Text("Field 'model_name'", _limits.MaxNameBytes);
                    break;
                case 2:
                    _request.ModelVersion = fields.Text("Field 'model_version'", _limits.MaxNameBytes);
                    break;
                case 3:
                    string id = fields.Text("Field 'id'", _limits.MaxNameBytes);
                    _request.Id = id.Length > 0 ? id : null;
                    break;
                case 4:
                    ReadParameter(fields.Bytes(), ref parameters, out string name, out ParameterValue value);
                    _request.Parameters.Set(name, value);
                    break;
                case 5:
                    if (_inputs.Count == _limits.MaxInputs)
                    {
                        RequestFault.Throw($"Expected at most {_limits.MaxInputs} inputs, got more.");
                    }

                    ReadInput(fields.Bytes());
                    break;
                case 6:
                    ReadOutput(fields.Bytes());
                    break;
                default:
                    if (_raw.Count == _limits.MaxInputs)
                    {
                        RequestFault.Throw($"Expected at most {_limits.MaxInputs} raw contents, got more.");
                    }

                    _raw.Add(fields.Bytes());
                    break;
            }
        }

        if (_request.Outputs is { } outputs)
        {
            TensorRules.CheckDistinct(outputs);
        }
    }

    private readonly void ReadInput(in ReadOnlySequence<byte> message)
    {
        var fields = new WireReader(message);
        var input = new PendingInput { Name = "" };
        Span<long> shape = stackalloc long[64];
        int rank = 0, parameters = 0;
        while (fields.TryReadField(out int number, out WireType type))
        {
            switch (number)
            {
                case 1:
                    WireReader.Expect(WireType.Bytes, type);
                    input.Name = fields.Text("An input's name", _limits.MaxNameBytes);
                    break;
                case 2:
                    WireReader.Expect(WireType.Bytes, type);
                    input.Type = ReadType(fields.Bytes());
                    break;
                case 3 when type == WireType.Varint:
                    AddDimension(fields.Varint(), shape, ref rank);
                    break;
                case 3:
                    WireReader.Expect(WireType.Bytes, type);
                    var packed = new WireReader(fields.Bytes());
                    while (!packed.IsAtEnd)
                    {
                        AddDimension(packed.Varint(), shape, ref rank);
                    }

                    break;
                case 4:
                    WireReader.Expect(WireType.Bytes, type);
                    ReadParameter(fields.Bytes(), ref parameters, out string name, out _);
                    CallParameters.RefuseSharedMemory("Input", input.Name, name);
                    break;
                case 5:
                    WireReader.Expect(WireType.Bytes, type);
                    input.Contents = fields.Bytes();
                    break;
                default:
                    fields.Skip(type);
                    break;
            }
        }

        TensorRules.CheckName("An input", input.Name, _limits);
        if (input.Type == ElementType.Undefined)
        {
            RequestFault.Throw($"Input '{input.Name}': expected a datatype ({Datatypes.All}), got none or another.");
        }

        input.Shape = shape[..rank].ToArray();
        input.Count = TensorRules.Count(input.Name, input.Shape, _limits);
        _inputs.Add(input);
    }

    private readonly void AddDimension(ulong value, Span<long> shape, ref int rank)
    {
        if (rank == _limits.MaxRank)
        {
            RequestFault.Throw($"An input: expected at most {_limits.MaxRank} dimensions, got more.");
        }

        shape[rank++] = (long)value;
    }

    private static ElementType ReadType(in ReadOnlySequence<byte> name)
    {
        if (name.Length > Datatypes.MaxLength)
        {
            return ElementType.Undefined;
        }

        Span<byte> text = stackalloc byte[Datatypes.MaxLength];
        name.CopyTo(text);
        return Datatypes.Parse(text[..(int)name.Length]);
    }

    private readonly void ReadOutput(in ReadOnlySequence<byte> message)
    {
        List<RequestedOutput> outputs = _request.Outputs ??= new(2);
        if (outputs.Count == _limits.MaxOutputs)
        {
            RequestFault.Throw($"Expected at most {_limits.MaxOutputs} outputs, got more.");
        }

        var fields = new WireReader(message);
        var output = new RequestedOutput("", null, 0);
        int parameters = 0;
        while (fields.TryReadField(out int number, out WireType type))
        {
            switch (number)
            {
                case 1:
                    WireReader.Expect(WireType.Bytes, type);
                    output = output with { Name = fields.Text("An output's name", _limits.MaxNameBytes) };
                    break;
                case 2:
                    WireReader.Expect(WireType.Bytes, type);
                    ReadParameter(fields.Bytes(), ref parameters, out string name, out ParameterValue value);
                    output = CallParameters.Set(output, name, value);
                    break;
                default:
                    fields.Skip(type);
                    break;
            }
        }

        TensorRules.CheckName("An output", output.Name, _limits);
        outputs.Add(output);
    }

    // An entry of a map of parameters.
    private readonly void ReadParameter(in ReadOnlySequence<byte> entry, ref int count, out string name, out ParameterValue value)
    {
        if (++count > _limits.MaxParameters)
        {
            RequestFault.Throw($"Expected at most {_limits.MaxParameters} parameters, got more.");
        }

        name = "";
        value = ParameterValue.Other;
        var fields = new WireReader(entry);
        while (fields.TryReadField(out int number, out WireType type))
        {
            if (number is not (1 or 2))
            {
                fields.Skip(type);
                continue;
            }

            WireReader.Expect(WireType.Bytes, type);
            if (number == 1)
            {
                name = fields.Text("A parameter's name", _limits.MaxNameBytes);
                continue;
            }

            var choice = new WireReader(fields.Bytes());
            while (choice.TryReadField(out int form, out WireType formType))
            {
                switch (form)
                {
                    case 1 when formType == WireType.Varint:
                        value = ParameterValue.Of(choice.Varint() != 0);
                        break;
                    case 2 when formType == WireType.Varint:
                        value = ParameterValue.Of((long)choice.Varint());
                        break;
                    case 3 when formType == WireType.Bytes:
                        value = ParameterValue.OfText(TextOf(name, ref choice));
                        break;
                    case 5 when formType == WireType.Varint:
                        value = ParameterValue.Of(choice.Varint());
                        break;
                    default:
                        value = ParameterValue.Other;
                        choice.Skip(formType);
                        break;
                }
            }
        }
    }

    // The texts of parameters that mean nothing here are not decoded. The name may come after the value.
    private readonly string? TextOf(string name, ref WireReader choice)
    {
        if (name is "" or CallParameters.SequenceIdName)
        {
            return choice.Text("Parameter 'sequence_id'", _limits.MaxNameBytes);
        }

        choice.Skip(WireType.Bytes);
        return null;
    }

    private readonly void ReadTensors()
    {
        if (_raw.Count > 0 && _raw.Count != _inputs.Count)
        {
            RequestFault.Throw($"Field 'raw_input_contents': expected an entry for each of the {_inputs.Count} inputs or none, got {_raw.Count}.");
        }

        ReadOnlySpan<PendingInput> inputs = CollectionsMarshal.AsSpan(_inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            ref readonly PendingInput input = ref inputs[i];
            TensorValue tensor;
            if (_raw.Count > 0)
            {
                if (input.Contents is not null)
                {
                    RequestFault.Throw($"Input '{input.Name}': expected its contents in 'raw_input_contents' or in 'contents', got both.");
                }

                TensorRules.CheckBytes(input.Name, input.Type, input.Shape, input.Count, _raw[i].Length);
                tensor = RawTensors.Read(input.Name, input.Type, input.Shape, _raw[i]);
            }
            else
            {
                tensor = TypedContents.Read(input);
            }

            TensorRules.Add(_request, input.Name, tensor);
        }
    }
}
