using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Rest;

/// <summary>Reads the JSON of a request for inference: each tensor from the text into its memory, without a tree between.</summary>
internal ref partial struct JsonRequestReader
{
    private readonly OpenInferenceLimits _limits;
    private readonly InferRequest _request;
    private readonly bool _mayBeBinary;
    private readonly int _length;
    private Utf8JsonReader _reader;
    private List<BinaryInput>? _binary;
    private int _inputs;

    private JsonRequestReader(ReadOnlySpan<byte> json, OpenInferenceLimits limits, InferRequest request, bool mayBeBinary)
    {
        _limits = limits;
        _request = request;
        _mayBeBinary = mayBeBinary;
        _length = json.Length;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxJsonDepth });
    }

    /// <summary>Reads a request.</summary>
    /// <param name="json">The JSON part of the body.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="request">Receives what is read.</param>
    /// <param name="mayBeBinary">Whether raw bytes may follow.</param>
    /// <returns>The inputs whose contents follow, in their order; null for none.</returns>
    /// <exception cref="RequestFault">The request is malformed or exceeds a limit.</exception>
    public static List<BinaryInput>? Read(ReadOnlySpan<byte> json, OpenInferenceLimits limits, InferRequest request, bool mayBeBinary)
    {
        // Some clients write a byte order mark.
        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        if (!Utf8.IsValid(json))
        {
            RequestFault.Throw("The body is not JSON: it is not UTF-8.");
        }

        var reader = new JsonRequestReader(json, limits, request, mayBeBinary);
        try
        {
            reader.ReadRequest();
            return reader._binary;
        }
        catch (JsonException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"The body is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for an escaped half of a surrogate pair.
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not valid JSON: a text has half of a surrogate pair.", exception);
        }
    }

    private void ReadRequest()
    {
        _reader.Read();
        Expect(JsonTokenType.StartObject, "The body", "an object");
        int seen = 0;
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("inputs"u8))
            {
                Once(ref seen, 1, "The body", "inputs");
                ReadInputs();
            }
            else if (_reader.ValueTextEquals("outputs"u8))
            {
                Once(ref seen, 2, "The body", "outputs");
                ReadOutputs();
            }
            else if (_reader.ValueTextEquals("id"u8))
            {
                Once(ref seen, 4, "The body", "id");
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.Null)
                {
                    _request.Id = Text("Field 'id'");
                }
            }
            else if (_reader.ValueTextEquals("parameters"u8))
            {
                Once(ref seen, 8, "The body", "parameters");
                RequestedOutput none = default;
                long bytes = -1;
                ReadParameters(ParameterScope.Request, ref none, ref bytes);
            }
            else
            {
                SkipValue();
            }
        }

        if ((seen & 1) == 0)
        {
            RequestFault.Throw("The body: expected the field 'inputs', got none.");
        }

        // What follows the object is an error of the reader.
        _reader.Read();
    }

    private void ReadInputs()
    {
        _reader.Read();
        Expect(JsonTokenType.StartArray, "Field 'inputs'", "an array of objects");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (++_inputs > _limits.MaxInputs)
            {
                RequestFault.Throw($"Expected at most {_limits.MaxInputs} inputs, got more.");
            }

            Expect(JsonTokenType.StartObject, "Field 'inputs'", "an array of objects");
            ReadInput();
        }
    }

    private void ReadInput()
    {
        string? name = null;
        ElementType type = ElementType.Undefined;
        Span<long> shape = stackalloc long[64];
        int rank = -1, seen = 0;
        long bytes = -1;
        Utf8JsonReader data = default;
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("name"u8))
            {
                Once(ref seen, 1, "An input", "name");
                _reader.Read();
                name = TensorRules.CheckName("An input's name", Text("An input's name"), _limits);
            }
            else if (_reader.ValueTextEquals("shape"u8))
            {
                Once(ref seen, 2, "An input", "shape");
                rank = ReadShape(shape);
            }
            else if (_reader.ValueTextEquals("datatype"u8))
            {
                Once(ref seen, 4, "An input", "datatype");
                type = ReadType();
            }
            else if (_reader.ValueTextEquals("parameters"u8))
            {
                Once(ref seen, 8, "An input", "parameters");
                RequestedOutput none = default;
                ReadParameters(ParameterScope.Input, ref none, ref bytes);
            }
            else if (_reader.ValueTextEquals("data"u8))
            {
                // The contents are read when type and shape are known, whatever the order of the fields.
                Once(ref seen, 16, "An input", "data");
                _reader.Read();
                data = _reader;
                _reader.Skip();
            }
            else
            {
                SkipValue();
            }
        }

        if (name is null || rank < 0 || type == ElementType.Undefined)
        {
            RequestFault.Throw($"{(name is null ? "An input" : $"Input '{name}'")}: expected the field '{(name is null ? "name" : rank < 0 ? "shape" : "datatype")}', got none.");
        }

        AddInput(name!, type, shape[..rank], bytes, (seen & 16) != 0, data);
    }

    private void AddInput(string name, ElementType type, scoped ReadOnlySpan<long> shape, long bytes, bool hasData, Utf8JsonReader data)
    {
        int count = TensorRules.Count(name, shape, _limits);
        if (hasData)
        {
            if (bytes >= 0)
            {
                RequestFault.Throw($"Input '{name}': expected its contents in 'data' or, by the parameter 'binary_data_size', after the JSON, got both.");
            }

            TensorRules.Add(_request, name, JsonTensorReader.Read(ref data, name, type, shape, count, _length));
            return;
        }

        if (bytes < 0)
        {
            RequestFault.Throw($"Input '{name}': expected its contents in 'data', or the parameter 'binary_data_size', got neither.");
        }

        if (!_mayBeBinary)
        {
            RequestFault.Throw($"Input '{name}': 'binary_data_size' requires the header {RestHeaders.JsonLength}, the number of bytes of the JSON.");
        }

        TensorRules.CheckBytes(name, type, shape, count, bytes);
        if (bytes > _limits.MaxBodyBytes)
        {
            throw new RequestFault(FaultKind.TooLarge, $"Input '{name}': {bytes} bytes are more than the {_limits.MaxBodyBytes} that this server accepts in a body.");
        }

        foreach (ref readonly BinaryInput other in CollectionsMarshal.AsSpan(_binary ??= new(1)))
        {
            if (other.Name == name)
            {
                RequestFault.Throw($"Input '{name}' is given more than once. Give each name once.");
            }
        }

        if (_request.Inputs.ContainsKey(name))
        {
            RequestFault.Throw($"Input '{name}' is given more than once. Give each name once.");
        }

        _binary.Add(new BinaryInput(name, type, shape.ToArray(), (int)bytes));
    }

    private void ReadOutputs()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartArray, "Field 'outputs'", "an array of objects");
        var outputs = new List<RequestedOutput>(2);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (outputs.Count == _limits.MaxOutputs)
            {
                RequestFault.Throw($"Expected at most {_limits.MaxOutputs} outputs, got more.");
            }

            Expect(JsonTokenType.StartObject, "Field 'outputs'", "an array of objects");
            outputs.Add(ReadOutput());
        }

        TensorRules.CheckDistinct(outputs);
        // An empty list names no output, which is what clients send that mean all.
        _request.Outputs = outputs.Count > 0 ? outputs : null;
    }

    private RequestedOutput ReadOutput()
    {
        var output = new RequestedOutput("", null, 0);
        int seen = 0;
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("name"u8))
            {
                Once(ref seen, 1, "An output", "name");
                _reader.Read();
                output = output with { Name = TensorRules.CheckName("An output's name", Text("An output's name"), _limits) };
            }
            else if (_reader.ValueTextEquals("parameters"u8))
            {
                Once(ref seen, 2, "An output", "parameters");
                long bytes = -1;
                ReadParameters(ParameterScope.Output, ref output, ref bytes);
            }
            else
            {
                SkipValue();
            }
        }

        if ((seen & 1) == 0)
        {
            RequestFault.Throw("An output: expected the field 'name', got none.");
        }

        return output;
    }
}
