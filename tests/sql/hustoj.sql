-- HUSTOJ's tables as an old site has them: MyISAM, three-byte utf8, dates of zero, the trigger that marks the first AC. Only what a
-- judge meets. Statements end with a semicolon at the end of a line.

CREATE TABLE users (user_id varchar(48) NOT NULL DEFAULT '', email varchar(100) DEFAULT NULL, submit int(11) DEFAULT '0',
    solved int(11) DEFAULT '0', defunct char(1) NOT NULL DEFAULT 'N', ip varchar(46) NOT NULL DEFAULT '',
    accesstime datetime DEFAULT NULL, volume int(11) NOT NULL DEFAULT '1', language int(11) NOT NULL DEFAULT '1',
    password varchar(32) DEFAULT NULL, reg_time datetime DEFAULT NULL, nick varchar(20) NOT NULL DEFAULT '',
    school varchar(20) NOT NULL DEFAULT '', PRIMARY KEY (user_id)) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE problem (problem_id int(11) NOT NULL AUTO_INCREMENT, title varchar(200) NOT NULL DEFAULT '', description text,
    input text, output text, sample_input text, sample_output text, spj char(1) NOT NULL DEFAULT '0', hint text,
    source varchar(100) DEFAULT NULL, in_date datetime DEFAULT NULL, time_limit DECIMAL(10,3) NOT NULL DEFAULT 0,
    memory_limit int(11) NOT NULL DEFAULT 0, defunct char(1) NOT NULL DEFAULT 'N', accepted int(11) DEFAULT '0',
    submit int(11) DEFAULT '0', solved int(11) DEFAULT '0', PRIMARY KEY (problem_id)) ENGINE=MyISAM AUTO_INCREMENT=1000
    DEFAULT CHARSET=utf8;

CREATE TABLE contest (contest_id int(11) NOT NULL AUTO_INCREMENT, title varchar(255) DEFAULT NULL, start_time datetime DEFAULT NULL,
    end_time datetime DEFAULT NULL, defunct char(1) NOT NULL DEFAULT 'N', description text, private tinyint(4) NOT NULL DEFAULT '0',
    langmask int(11) NOT NULL DEFAULT '0', password char(16) NOT NULL DEFAULT '', contest_type smallint unsigned NOT NULL DEFAULT '0',
    user_id varchar(48) NOT NULL DEFAULT 'admin', PRIMARY KEY (contest_id)) ENGINE=MyISAM AUTO_INCREMENT=1000
    DEFAULT CHARSET=utf8;

CREATE TABLE contest_problem (problem_id int(11) NOT NULL DEFAULT '0', contest_id int(11) DEFAULT NULL,
    title char(200) NOT NULL DEFAULT '', num int(11) NOT NULL DEFAULT '0', c_accepted int(11) NOT NULL DEFAULT '0',
    c_submit int(11) NOT NULL DEFAULT '0', KEY Index_contest_id (contest_id)) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE solution (solution_id int(11) NOT NULL AUTO_INCREMENT, problem_id int(11) NOT NULL DEFAULT 0, user_id char(48) NOT NULL,
    nick char(20) NOT NULL DEFAULT '', time int(11) NOT NULL DEFAULT 0, memory int(11) NOT NULL DEFAULT 0,
    in_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00', result smallint(6) NOT NULL DEFAULT '0',
    language int unsigned NOT NULL DEFAULT '0', ip char(46) NOT NULL, contest_id int(11) DEFAULT NULL,
    valid tinyint(4) NOT NULL DEFAULT '1', num tinyint(4) NOT NULL DEFAULT '-1', code_length int(11) NOT NULL DEFAULT 0,
    judgetime timestamp NULL DEFAULT CURRENT_TIMESTAMP, pass_rate DECIMAL(4,3) unsigned NOT NULL DEFAULT 0,
    first_time tinyint(1) NOT NULL DEFAULT 0, lint_error int unsigned NOT NULL DEFAULT 0, judger char(16) NOT NULL DEFAULT 'LOCAL',
    PRIMARY KEY (solution_id), KEY uid (user_id), KEY pid (problem_id), KEY res (result), KEY cid (contest_id))
    ENGINE=MyISAM ROW_FORMAT=FIXED AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8;

CREATE TABLE source_code (solution_id int(11) NOT NULL, source text NOT NULL, PRIMARY KEY (solution_id)) ENGINE=MyISAM
    DEFAULT CHARSET=utf8;
CREATE TABLE source_code_user LIKE source_code;
CREATE TABLE compileinfo (solution_id int(11) NOT NULL DEFAULT 0, error text, PRIMARY KEY (solution_id)) ENGINE=MyISAM
    DEFAULT CHARSET=utf8;
CREATE TABLE runtimeinfo (solution_id int(11) NOT NULL DEFAULT 0, error text, PRIMARY KEY (solution_id)) ENGINE=MyISAM
    DEFAULT CHARSET=utf8;
CREATE TABLE custominput (solution_id int(11) NOT NULL DEFAULT 0, input_text text, PRIMARY KEY (solution_id)) ENGINE=MyISAM
    DEFAULT CHARSET=utf8;
CREATE TABLE sim (s_id int(11) NOT NULL, sim_s_id int(11) DEFAULT NULL, sim int(11) DEFAULT NULL, PRIMARY KEY (s_id)) ENGINE=MyISAM
    DEFAULT CHARSET=utf8;

CREATE TRIGGER firstAC BEFORE UPDATE ON solution FOR EACH ROW BEGIN
    DECLARE times int; IF NEW.result = 4 THEN SELECT COUNT(1) FROM solution WHERE problem_id = NEW.problem_id AND result = 4 AND
    first_time = 1 AND user_id = NEW.user_id INTO times; IF times = 0 THEN SET NEW.first_time = 1; END IF; END IF; END;
