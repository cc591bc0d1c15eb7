package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.util.regex.Pattern;

/**
 * A JSONPath into the state's input ({@code $…}) or the context object ({@code $$…}). A definite path gives the value, any other the
 * list of what it finds, which may be empty. The engine is the one whose error texts the service shows.
 */
final class Path implements Expression {
    private static final Configuration CONFIGURATION = Configuration.builder()
            .jsonProvider(new Nodes())
            .mappingProvider(new JacksonMappingProvider())
            .build();
    private static final Pattern SHAPE = Pattern.compile("\\$\\$?([.\\[].*)?", Pattern.DOTALL);
    private static final Pattern FUNCTION = Pattern.compile("\\.\\s*\\w+\\s*\\([^)]*\\)\\s*$");
    static final Path ROOT = parse("$");

    private final String text;
    private final boolean ofContext;
    private final JsonPath compiled;

    private Path(String text, boolean ofContext, JsonPath compiled) {
        this.text = text;
        this.ofContext = ofContext;
        this.compiled = compiled;
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException saying what is not understood
     */
    static Path parse(String text) {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a path that is supported: $, $$, $.… or $$.…");
        }
        if (FUNCTION.matcher(text).find()) {
            throw new IllegalArgumentException("functions in paths are not supported: '" + text + "'");
        }
        boolean ofContext = text.startsWith("$$");
        try {
            return new Path(text, ofContext, JsonPath.compile(ofContext ? text.substring(1) : text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a valid JSONPath: " + e.getMessage(), e);
        }
    }

    @Override
    public JsonNode evaluate(Scope scope) {
        JsonNode document = ofContext ? scope.context() : scope.input();
        if (compiled.getPath().equals("$")) {
            return document;
        }
        try {
            return compiled.read(document, CONFIGURATION);
        } catch (PathNotFoundException e) {
            throw new NotFound(text, document, e);
        }
    }

    @Override
    public String toString() {
        return text;
    }

    /** Beyond the end of a list there is nothing; without this it would be null. */
    private static final class Nodes extends JacksonJsonNodeJsonProvider {
        @Override
        public Object getArrayIndex(Object array, int index) {
            Object element = super.getArrayIndex(array, index);
            if (element == null) {
                throw new IndexOutOfBoundsException(index);
            }
            return element;
        }
    }

    /** A path led nowhere; which error that is depends on where the path stands. */
    static final class NotFound extends RuntimeException {
        private final String path;
        private final transient JsonNode document;

        private NotFound(String path, JsonNode document, PathNotFoundException reason) {
            super(reason.getMessage(), reason, false, false);
            this.path = path;
            this.document = document;
        }

        /** As InputPath, OutputPath and their like report it. */
        StatesError inPath() {
            return StatesError.runtime("Invalid path '" + path + "' : " + getMessage());
        }

        /** As a field of a template reports it. */
        StatesError inField(String field) {
            return StatesError.runtime("The JSONPath '" + path + "' specified for the field '" + field
                    + "' could not be found in the input '" + Json.write(document) + "'");
        }
    }
}
